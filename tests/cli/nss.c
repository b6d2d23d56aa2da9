/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded: an NSS that spells user GAMES as games, and that hangs if NSS_HANGS is set, in the
 * look-ups by name.
 */
#include <dlfcn.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((visibility("default"))) int getpwnam_r(const char *restrict name,
	struct passwd *restrict entry, char *restrict buffer, size_t size,
	struct passwd **restrict ret_found)
{
	int (*next)(const char *, struct passwd *, char *, size_t, struct passwd **) = NULL;

	while (getenv("NSS_HANGS"))
		(void)pause();
	*(void **)&next = dlsym(RTLD_NEXT, "getpwnam_r");
	return next(strcmp(name, "GAMES") == 0 ? "games" : name, entry, buffer, size, ret_found);
}
