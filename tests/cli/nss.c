/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded: an NSS that spells user GAMES as games, or with NSS_LONG by a name of 300 bytes, and
 * that, in the look-ups by name, hangs if NSS_HANGS is set, fails with the errno NSS_FAILS, does
 * not know the user NSS_GONE, and knows everybody by the uid NSS_UID.
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

__attribute__((visibility("default"))) int getpwnam_r(const char *restrict name,
	struct passwd *restrict entry, char *restrict buffer, size_t size,
	struct passwd **restrict ret_found)
{
	int (*next)(const char *, struct passwd *, char *, size_t, struct passwd **) = NULL;

	const char *gone = getenv("NSS_GONE"), *fails = getenv("NSS_FAILS"),
		   *uid = getenv("NSS_UID");
	int r;

	while (getenv("NSS_HANGS"))
		(void)pause();
	*ret_found = NULL;
	if (fails)
		return atoi(fails);
	if (gone && strcmp(gone, name) == 0)
		return 0;
	*(void **)&next = dlsym(RTLD_NEXT, "getpwnam_r");
	r = next(typed(name), entry, buffer, size, ret_found);
	lengthen(name, *ret_found);
	if (*ret_found && uid)
		entry->pw_uid = (uid_t)atoi(uid);
	return r;
}
