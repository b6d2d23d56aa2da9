/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of patd-bus, and its help. */
#include "front/front_options.h"

#include <stdlib.h>

#include "patd/util/process.h"

#define BUS_DEFAULT "unix:path=/run/dbus/system_bus_socket"

static const char help[] =
	"Usage: patd-bus [OPTION...]\n"
	"\n"
	"The front of patd: serves D-Bus calls to manage personal access tokens, as\n"
	"org.patd.Tokens1, and requests of pam_pat that does not run as root; asks patd.\n"
	"\n"
	"  --bus=ADDRESS      the D-Bus bus to serve on; without it $DBUS_SYSTEM_BUS_ADDRESS,\n"
	"                     else " BUS_DEFAULT "\n"
	"  --runtime-dir=DIR  front.sock of patd, and user.sock unless systemd passes it;\n"
	"                     " PAT_RUNTIME_DIR "\n"
	"  --ready-fd=N       write a newline to descriptor N once it serves, and close it\n"
	"  --help, --version\n"
	"\n"
	"Under systemd, patd-user.socket and the bus start it.  By hand, beside patd:\n"
	"\n"
	"  patd-bus --bus=unix:path=/tmp/bus --runtime-dir=/tmp/run\n"
	"\n"
	"It can end and be started again at any time; patd and root's logins go on.  See patd(8).\n";

int front_options_read(int argc, char **argv, struct front_options *ret_options)
{
	struct front_options options = {
		.bus = secure_getenv("DBUS_SYSTEM_BUS_ADDRESS"),
		.runtime_dir = PAT_RUNTIME_DIR,
		.ready_fd = -1,
	};
	const struct process_option known[] = {
		{ "bus", .ret_text = &options.bus },
		{ "runtime-dir", .ret_text = &options.runtime_dir },
		{ "ready-fd", .ret_fd = &options.ready_fd },
	};
	int r;

	if (!options.bus)
		options.bus = BUS_DEFAULT;
	r = process_read_options(
		"patd-bus", help, known, sizeof(known) / sizeof(known[0]), argc, argv);
	if (r == 0)
		*ret_options = options;
	return r;
}
