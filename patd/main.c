#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "patd/daemon.h"
#include "patd/log.h"
#include "patd/options.h"

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
	struct options options;
	int r;

	r = options_read(argc, argv, &options);
	if (r != 0)
		return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	if (harden() < 0 || sodium_init() < 0) {
		log_error("cannot set the process up");
		return EXIT_FAILURE;
	}
	return daemon_run(&options) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
