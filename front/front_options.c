/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of patd-bus, and its help. */
#include "front/front_options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

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

static int read_fd(const char *text, int *ret_fd)
{
	char *end;
	long fd;

	errno = 0;
	fd = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || fd < 0 || fd > INT_MAX ||
		fcntl((int)fd, F_GETFD) < 0) {
		fprintf(stderr, "patd-bus: --ready-fd=%s is not an open descriptor\n", text);
		return -EINVAL;
	}
	*ret_fd = (int)fd;
	return 0;
}

static const struct option known[] = {
	{ "bus", required_argument, NULL, 'b' },
	{ "runtime-dir", required_argument, NULL, 'd' },
	{ "ready-fd", required_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'v' },
	{ 0 },
};

static int print(const char *text)
{
	return fputs(text, stdout) < 0 || fflush(stdout) < 0 ? -EIO : 1;
}

int front_options_read(int argc, char **argv, struct front_options *ret_options)
{
	struct front_options options = {
		.bus = secure_getenv("DBUS_SYSTEM_BUS_ADDRESS"),
		.runtime_dir = PAT_RUNTIME_DIR,
		.ready_fd = -1,
	};
	int option;

	if (!options.bus)
		options.bus = BUS_DEFAULT;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'b':
			options.bus = optarg;
			break;
		case 'd':
			options.runtime_dir = optarg;
			break;
		case 'r':
			if (read_fd(optarg, &options.ready_fd) < 0)
				return -EINVAL;
			break;
		case 'h':
			return print(help);
		case 'v':
			return print("patd-bus " PAT_VERSION "\n");
		default:
			fprintf(stderr, "Try 'patd-bus --help'.\n");
			return -EINVAL;
		}
	}
	if (optind < argc) {
		fprintf(stderr,
			"patd-bus: unexpected argument '%s'\n"
			"Try 'patd-bus --help'.\n",
			argv[optind]);
		return -EINVAL;
	}
	*ret_options = options;
	return 0;
}
