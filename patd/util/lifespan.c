/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ids of the boot, and of the units and sessions of systemd. */
#include "patd/util/lifespan.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/util/io.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define INVOCATIONS "/run/systemd/units/invocation:"

/* logind forgets a session that has ended; one that is closing has processes left. */
static int find_session(const char *id, uint32_t *ret_uid)
{
	cleanup_free char *state = NULL;
	uid_t uid;
	int r = sd_session_get_state(id, &state);

	if (r < 0)
		return r;
	if (strcmp(state, "closing") == 0)
		return -ESHUTDOWN;
	r = sd_session_get_uid(id, &uid);
	if (r < 0)
		return r;
	*ret_uid = uid;
	return 0;
}

const struct lifespans lifespans_machine = { .root = "", .session = find_session };

/* In one spelling, whatever the file's. */
static int read_id(const char *text, char ret_id[static LIFESPAN_ID_SIZE])
{
	sd_id128_t id;
	int r = sd_id128_from_string(text, &id);

	if (r < 0)
		return r;
	if (sd_id128_is_null(id))
		return -ENODATA;
	(void)sd_id128_to_string(id, ret_id);
	return 0;
}

static int make_path(const struct lifespans *from, const char *file, const char *name,
	char ret_path[static PATH_MAX])
{
	const int n = snprintf(ret_path, PATH_MAX, "%s%s%s", from->root, file, name);

	return n >= 0 && n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

int lifespan_boot(const struct lifespans *from, char ret_id[static LIFESPAN_ID_SIZE])
{
	char path[PATH_MAX], text[64];
	cleanup_close int fd = -1;
	ssize_t n;
	int r = make_path(from, BOOT_ID, "", path);

	if (r < 0)
		return r;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	n = io_read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return (int)n;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return read_id(text, ret_id);
}

int lifespan_unit(
	const struct lifespans *from, const char *name, char ret_id[static LIFESPAN_ID_SIZE])
{
	char path[PATH_MAX], text[64];
	ssize_t n;
	int r = make_path(from, INVOCATIONS, name, path);

	if (r < 0)
		return r;
	n = readlink(path, text, sizeof(text) - 1);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	return read_id(text, ret_id);
}

/* The scope of a session is a unit: a later session with the same id has another. */
int lifespan_session(const struct lifespans *from, const char *id,
	char ret_id[static LIFESPAN_ID_SIZE], uint32_t *ret_uid)
{
	char scope[NAME_MAX + 1];
	const int n = snprintf(scope, sizeof(scope), "session-%s.scope", id);
	int r;

	if (n < 0 || (size_t)n >= sizeof(scope))
		return -ENAMETOOLONG;
	r = from->session(id, ret_uid);
	return r < 0 ? r : lifespan_unit(from, scope, ret_id);
}
