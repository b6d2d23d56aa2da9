/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preloaded: names that begin with "slow" take SLOW_MS milliseconds to look up, as over a network.
 */
#include <dlfcn.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int lookup(
	const char *name, struct passwd *pw, char *buffer, size_t size, struct passwd **ret);

__attribute__((visibility("default"))) int getpwnam_r(
	const char *name, struct passwd *pw, char *buffer, size_t size, struct passwd **ret)
{
	static lookup *next;
	const char *slow = getenv("SLOW_MS");
	long ms = slow ? atol(slow) : 0;
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "getpwnam_r");
	if (strncmp(name, "slow", 4) == 0)
		(void)nanosleep(&time, NULL);
	return next(name, pw, buffer, size, ret);
}
