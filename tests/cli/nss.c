/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded: an NSS that spells user GAMES as games, or with NSS_LONG by a name of 300 bytes, and
 * that hangs if NSS_HANGS is set, in the look-ups by name.
 */
#include <dlfcn.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LONG 300

static const char *typed(const char *name)
{
	return strcmp(name, "GAMES") == 0 ? "games" : name;
}

static void lengthen(const char *name, struct passwd *user)
{
	static char longer[LONG + 1];

	if (!user || !getenv("NSS_LONG") || strcmp(name, "GAMES") != 0)
		return;
	memset(longer, 'x', LONG);
	user->pw_name = longer;
}

__attribute__((visibility("default"))) struct passwd *getpwnam(const char *name)
{
	struct passwd *(*next)(const char *) = NULL, *user;

	while (getenv("NSS_HANGS"))
		(void)pause();
	*(void **)&next = dlsym(RTLD_NEXT, "getpwnam");
	user = next(typed(name));
	lengthen(name, user);
	return user;
}

/* As patd and patd-bus look up. */
__attribute__((visibility("default"))) int getpwnam_r(
	const char *name, struct passwd *pw, char *buffer, size_t size, struct passwd **ret)
{
	int (*next)(const char *, struct passwd *, char *, size_t, struct passwd **) = NULL;
	int r;

	*(void **)&next = dlsym(RTLD_NEXT, "getpwnam_r");
	r = next(typed(name), pw, buffer, size, ret);
	lengthen(name, r == 0 ? *ret : NULL);
	return r;
}
