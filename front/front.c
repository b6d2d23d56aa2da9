/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patd-bus: hardens its process, and serves. */
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "front/serve.h"
#include "patd/util/log.h"

/* No core and no debugger of the same user, and as many descriptors as there may be. */
static int harden(void)
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

int main(int argc, char **argv)
{
	struct front_options options;
	int r = front_options_read(argc, argv, &options);

	if (r != 0)
		return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	if (harden() < 0 || sodium_init() < 0) {
		log_error("cannot prepare the process");
		return EXIT_FAILURE;
	}
	return front_serve(&options) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
