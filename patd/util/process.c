/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options, hardening, readiness and the loop of a daemon. */
#include "patd/util/process.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "patd/util/log.h"

enum {
	OPTION_HELP = 'h',
	OPTION_VERSION = 'v',
	OPTION_OWN = 0 /* of the program: the index says which */
};

static int read_fd(const char *program, const char *name, const char *text, int *ret_fd)
{
	char *end;
	long fd;

	errno = 0;
	fd = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || fd < 0 || fd > INT_MAX ||
		fcntl((int)fd, F_GETFD) < 0) {
		fprintf(stderr, "%s: --%s=%s is not an open descriptor\n", program, name, text);
		return -EINVAL;
	}
	*ret_fd = (int)fd;
	return 0;
}

static int take(const char *program, const struct process_option *option)
{
	if (option->ret_fd)
		return read_fd(program, option->name, optarg, option->ret_fd);
	if (option->ret_text)
		*option->ret_text = optarg;
	else
		*option->ret_given = true;
	return 0;
}

/* What was printed is no option to go on with. */
static int printed(int length)
{
	return length < 0 || fflush(stdout) < 0 ? -EIO : 1;
}

static int advise(const char *program)
{
	fprintf(stderr, "Try '%s --help'.\n", program);
	return -EINVAL;
}

int process_read_options(const char *program, const char *help,
	const struct process_option *options, size_t n, int argc, char **argv)
{
	struct option known[PROCESS_OPTIONS_MAX + 3] = { 0 };
	int found, index, r = 0;

	if (n > PROCESS_OPTIONS_MAX)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		known[i].name = options[i].name;
		known[i].has_arg = options[i].ret_given ? no_argument : required_argument;
	}
	known[n] = (struct option) { "help", no_argument, NULL, OPTION_HELP };
	known[n + 1] = (struct option) { "version", no_argument, NULL, OPTION_VERSION };
	while (r == 0 && (found = getopt_long(argc, argv, "", known, &index)) != -1) {
		if (found == OPTION_HELP)
			return printed(fputs(help, stdout));
		if (found == OPTION_VERSION)
			return printed(printf("%s %s\n", program, PAT_VERSION));
		r = found == OPTION_OWN ? take(program, &options[index]) : advise(program);
	}
	if (r < 0 || optind >= argc)
		return r;
	fprintf(stderr, "%s: unexpected argument '%s'\n", program, argv[optind]);
	return advise(program);
}

int process_harden(void)
{
	struct rlimit limit = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &limit) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0 ||
		getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return -errno;
	umask(077);
	return 0;
}

int process_loop_new(sd_event **ret_event)
{
	sd_event *event;
	int r = sd_event_new(&event);

	if (r < 0)
		return r;
	r = sd_event_set_signal_exit(event, true);
	if (r >= 0)
		r = sd_event_set_watchdog(event, true);
	if (r < 0) {
		sd_event_unref(event);
		return r;
	}
	*ret_event = event;
	return 0;
}

void process_ready(int *ready_fd)
{
	(void)sd_notify(0, "READY=1");
	if (*ready_fd < 0)
		return;
	if (write(*ready_fd, "\n", 1) != 1)
		log_warning("nobody reads --ready-fd");
	close(*ready_fd);
	*ready_fd = -1;
}

int process_loop_run(sd_event *event)
{
	int r = sd_event_loop(event);

	/* Of sd_event_exit(), or sd-event's own. */
	r = r > 0 ? -r : r;
	if (r < 0)
		log_error("the event loop failed: %s", strerror(-r));
	return r;
}
