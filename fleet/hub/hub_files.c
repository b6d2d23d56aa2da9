/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening the files that libpq is about to open. */
#include "fleet/hub/hub_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"

#define CARRIER "patd-fleet"
#define FOLDER_MAX 1024    /* a connection string of patd.conf is no longer */
#define PERMISSIONS 07777U /* the bits of st_mode that are not its type */

struct tls_file {
	const char *keyword, *unnamed; /* unnamed: its name in ~/.postgresql */
	bool secret;
};

static const struct tls_file files[] = {
	{ "sslrootcert", "root.crt", false },
	{ "sslcrl", "root.crl", false },
	{ "sslcert", "postgresql.crt", false },
	{ "sslkey", "postgresql.key", true },
};

__attribute__((format(printf, 1, 2))) static char *say(const char *format, ...)
{
	va_list arguments;
	char *text;
	int r;

	va_start(arguments, format);
	r = vasprintf(&text, format, arguments);
	va_end(arguments);
	return r < 0 ? NULL : text;
}

/* "; COMMAND PATH", or "" where a shell would take the path for more than a word. */
static char *advise(const struct tls_file *file, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._@:/+-";

	if (path[strspn(path, plain)] != '\0')
		return strdup("");
	return file->secret ? say("; chown %s: %s && chmod 0400 %s", CARRIER, path, path)
			    : say("; chmod a+r %s", path);
}

/* How much of the path is the first folder on its way that cannot be entered; 0: there is none. */
static int closed_folder(const char *path)
{
	char folder[FOLDER_MAX];
	const char *slash = path;

	while ((slash = strchr(slash + 1, '/')) && slash - path < FOLDER_MAX) {
		const int len = (int)(slash - path);

		(void)snprintf(folder, sizeof(folder), "%.*s", len, path);
		if (faccessat(AT_FDCWD, folder, X_OK, AT_EACCESS) < 0 && errno == EACCES)
			return len;
	}
	return 0;
}

static char *forbidden(const struct tls_file *file, const char *path)
{
	const int len = closed_folder(path);
	cleanup_free char *advice = NULL;

	if (len > 0)
		return say("user %s cannot enter the folder %.*s, and %s of the hub is in it",
			CARRIER, len, path, file->keyword);
	advice = advise(file, path);
	return say("user %s cannot read %s, %s of the hub%s", CARRIER, path, file->keyword,
		advice ? advice : "");
}

static char *unread(const struct tls_file *file, const char *path, int error)
{
	if (error == EACCES || error == EPERM)
		return forbidden(file, path);
	return say("%s of the hub, %s: %s; correct hub in section [fleet] of patd.conf, or bring "
		   "the file",
		file->keyword, path, strerror(error));
}

/* As libpq has it: root's may be for a group as well. */
static bool is_private(const struct stat *st)
{
	return (st->st_mode & (st->st_uid == 0 ? 027U : 077U)) == 0;
}

static char *judge(const struct tls_file *file, const char *path)
{
	/* What is no file must not keep us waiting. */
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	cleanup_free char *advice = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return unread(file, path, errno);
	if (!S_ISREG(st.st_mode))
		return say("%s of the hub, %s: it is no file; correct hub in section [fleet] of "
			   "patd.conf",
			file->keyword, path);
	if (!file->secret || is_private(&st))
		return NULL;
	advice = advise(file, path);
	return say("the key %s is not private to user %s, which refuses it: uid %u, mode %04o%s",
		path, CARRIER, st.st_uid, st.st_mode & PERMISSIONS, advice ? advice : "");
}

/* To be freed; NULL: there is none, so that libpq does not read it or says so. */
static char *unnamed_path(const struct tls_file *file)
{
	const char *home = getenv("HOME");
	cleanup_free char *path = NULL;

	if (!home || home[0] == '\0')
		return NULL;
	path = say("%s/.postgresql/%s", home, file->unnamed);
	return path && access(path, F_OK) == 0 ? TAKE(path) : NULL;
}

char *hub_files_problem(const struct conninfo *conninfo)
{
	bool has_certificate = true;
	char *why = NULL;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && conninfo->by_tls && !why; i++) {
		const struct tls_file *file = &files[i];
		const char *named = conninfo_value(conninfo, file->keyword);
		cleanup_free char *unnamed = named ? NULL : unnamed_path(file);
		const char *path = named ? named : unnamed;

		if (strcmp(file->keyword, "sslcert") == 0)
			has_certificate = path != NULL;
		/* Others are names, such as "system". */
		if (path && path[0] == '/' && has_certificate)
			why = judge(file, path);
	}
	return why;
}
