/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of patd, and its help. */
#include "patd/command_line.h"

#include "patd/util/process.h"

static const char help[] =
	"Usage: patd [OPTION...]\n"
	"\n"
	"The daemon of personal access tokens: stores them, and verifies them for pam_pat.  patd-bus\n"
	"asks it on behalf of the bus and of users.\n"
	"\n"
	"  --config-dir=DIR   patd.conf and patd.conf.d; " PAT_CONF_DIR "\n"
	"  --state-dir=DIR    database and key; " PAT_STATE_DIR "\n"
	"  --runtime-dir=DIR  root.sock and front.sock, unless systemd passes them; " PAT_RUNTIME_DIR
	"\n"
	"  --ready-fd=N       write a newline to descriptor N once patd serves, and close it\n"
	"  --check-config     print the problems of the configuration, and exit\n"
	"  --print-config     the same, or its settings if there are none: key, value and source,\n"
	"                     separated by tabs\n"
	"  --verify-backup=FILE, --restore-backup=FILE\n"
	"                     verify a backup of patctl; or replace the state directory by\n"
	"                     it; then exit.\n"
	"                     FILE may be -, standard input\n"
	"  --print-key, --new-key\n"
	"                     write the key in the state directory, which is a file of the caller's\n"
	"                     alone, or a new one, to standard output: 32 bytes, not for a terminal\n"
	"  --help, --version\n"
	"\n"
	"Under systemd, `systemctl enable --now patd-root.socket patd-front.socket\n"
	"patd-user.socket` is all it takes.\n"
	"By hand, as root or any user, in the foreground:\n"
	"\n"
	"  patd --state-dir=/tmp/state --runtime-dir=/tmp/run\n"
	"  patd-bus --bus=unix:path=/tmp/bus --runtime-dir=/tmp/run\n"
	"\n"
	"and then patctl with DBUS_SYSTEM_BUS_ADDRESS=unix:path=/tmp/bus in its environment (as root:\n"
	"PATD_RUNTIME_DIR=/tmp/run), and\n"
	"pam_pat with the option socket=/tmp/run/root.sock.  Ctrl-C ends it; nothing is lost.\n"
	"See patd(8).\n";

int options_read(int argc, char **argv, struct options *ret_options)
{
	struct options options = {
		.conf_dir = PAT_CONF_DIR,
		.state_dir = PAT_STATE_DIR,
		.runtime_dir = PAT_RUNTIME_DIR,
		.ready_fd = -1,
	};
	const struct process_option known[] = {
		{ "config-dir", .ret_text = &options.conf_dir },
		{ "state-dir", .ret_text = &options.state_dir },
		{ "runtime-dir", .ret_text = &options.runtime_dir },
		{ "verify-backup", .ret_text = &options.verify_backup },
		{ "restore-backup", .ret_text = &options.restore_backup },
		{ "ready-fd", .ret_fd = &options.ready_fd },
		{ "check-config", .ret_given = &options.check_config },
		{ "print-config", .ret_given = &options.print_config },
		{ "print-key", .ret_given = &options.print_key },
		{ "new-key", .ret_given = &options.new_key },
	};
	int r = process_read_options(
		"patd", help, known, sizeof(known) / sizeof(known[0]), argc, argv);

	if (r == 0)
		*ret_options = options;
	return r;
}
