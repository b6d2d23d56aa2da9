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

__attribute__((visibility("default"))) struct passwd *getpwnam(const char *name)
{
	struct passwd *(*next)(const char *) = NULL;

	while (getenv("NSS_HANGS"))
		(void)pause();
	*(void **)&next = dlsym(RTLD_NEXT, "getpwnam");
	return next(strcmp(name, "GAMES") == 0 ? "games" : name);
}
