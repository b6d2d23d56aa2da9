/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One lookup in NSS. */
#include "patd/util/users.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_MAX ((size_t)1 << 20)

static int look_up(struct user_lookup *lookup, char *buffer, size_t size)
{
	struct passwd entry, *found = NULL;
	int r = lookup->by_name ? getpwnam_r(lookup->name, &entry, buffer, size, &found)
				: getpwuid_r(lookup->uid, &entry, buffer, size, &found);

	if (r != 0)
		return -r;
	if (!found)
		return -ENOENT;
	if (strnlen(found->pw_name, sizeof(lookup->name)) == sizeof(lookup->name))
		return -ENAMETOOLONG;
	/* The name that NSS gives, which may be spelled otherwise than the one asked for. */
	pat_field_cut(lookup->name, sizeof(lookup->name), found->pw_name);
	lookup->uid = found->pw_uid;
	return 0;
}

void users_run(struct job *job)
{
	struct user_lookup *lookup = (struct user_lookup *)job;
	int r = -ERANGE;

	for (size_t size = 1024; r == -ERANGE && size <= BUFFER_MAX; size *= 4) {
		char *buffer = malloc(size);

		r = buffer ? look_up(lookup, buffer, size) : -ENOMEM;
		free(buffer);
	}
	lookup->result = r;
}
