/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of patd, and its help. */
#include "patd/command_line.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

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
	"  --verify-backup=FILE, --restore-backup=FILE\n"
	"                     verify a backup of patctl; or replace the state directory by\n"
	"                     it; then exit.\n"
	"                     FILE may be -, standard input\n"
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

static int read_fd(const char *text, int *ret_fd)
{
	char *end;
	long fd;

	errno = 0;
	fd = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || fd < 0 || fd > INT_MAX ||
		fcntl((int)fd, F_GETFD) < 0) {
		fprintf(stderr, "patd: --ready-fd=%s is not an open descriptor\n", text);
		return -EINVAL;
	}
	*ret_fd = (int)fd;
	return 0;
}

/* Those with 0 are texts, in the order of options_read(). */
static const struct option known[] = {
	{ "config-dir", required_argument, NULL, 0 },
	{ "state-dir", required_argument, NULL, 0 },
	{ "runtime-dir", required_argument, NULL, 0 },
	{ "verify-backup", required_argument, NULL, 0 },
	{ "restore-backup", required_argument, NULL, 0 },
	{ "ready-fd", required_argument, NULL, 'r' },
	{ "check-config", no_argument, NULL, 'c' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'v' },
	{ 0 },
};

int options_read(int argc, char **argv, struct options *ret_options)
{
	struct options options = {
		.conf_dir = PAT_CONF_DIR,
		.state_dir = PAT_STATE_DIR,
		.runtime_dir = PAT_RUNTIME_DIR,
		.ready_fd = -1,
	};
	const char **const texts[] = { &options.conf_dir, &options.state_dir, &options.runtime_dir,
		&options.verify_backup, &options.restore_backup };
	int option, index;

	while ((option = getopt_long(argc, argv, "", known, &index)) != -1) {
		switch (option) {
		case 0:
			*texts[index] = optarg;
			break;
		case 'r':
			if (read_fd(optarg, &options.ready_fd) < 0)
				return -EINVAL;
			break;
		case 'c':
			options.check_config = true;
			break;
		case 'h':
			return fputs(help, stdout) < 0 || fflush(stdout) < 0 ? -EIO : 1;
		case 'v':
			return printf("patd %s\n", PAT_VERSION) < 0 || fflush(stdout) < 0 ? -EIO
											  : 1;
		default:
			fprintf(stderr, "Try 'patd --help'.\n");
			return -EINVAL;
		}
	}
	if (optind < argc) {
		fprintf(stderr,
			"patd: unexpected argument '%s'\n"
			"Try 'patd --help'.\n",
			argv[optind]);
		return -EINVAL;
	}
	*ret_options = options;
	return 0;
}
