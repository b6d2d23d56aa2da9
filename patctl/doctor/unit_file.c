/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding unit files of systemd, and settings in them. */
#include "patctl/doctor/unit_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patctl/base/text.h"

/* Where units are, the administrator's first. */
static const char *const unit_folders[] = { "/etc/systemd/system", "/run/systemd/system",
	"/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system" };
#define UNIT_FOLDERS (sizeof(unit_folders) / sizeof(unit_folders[0]))

bool unit_is_in(const struct sysroot *root, const char *below, const char *unit)
{
	for (size_t i = 0; i < UNIT_FOLDERS; i++) {
		cleanup_text char *path = text_format("%s%s/%s", unit_folders[i], below, unit);
		struct stat st;

		if (sysroot_stat(root, path, O_NOFOLLOW, &st) == 0)
			return true;
	}
	return false;
}

/* "systemctl mask" makes a link to /dev/null; the link itself is read, since an image has no /dev.
 */
bool unit_is_masked(const struct sysroot *root, const char *unit)
{
	static const char null[] = "/dev/null";
	char to[sizeof(null)];
	cleanup_text char *path = text_format("%s/%s", unit_folders[0], unit);
	cleanup_close int fd = sysroot_open(root, path, O_PATH | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return false;
	n = readlinkat(fd, "", to, sizeof(to));
	return n == sizeof(null) - 1 && memcmp(to, null, (size_t)n) == 0;
}

/* "KEY = VALUE" or "KEY=VALUE:…", with blanks wherever systemd.syntax(7) allows them. */
static bool is_setting(const char *line, const char *key, const char *value)
{
	line += strspn(line, " \t");
	if (strncmp(line, key, strlen(key)) != 0)
		return false;
	line += strlen(key);
	line += strspn(line, " \t");
	if (*line++ != '=')
		return false;
	line += strspn(line, " \t");
	return strncmp(line, value, strlen(value)) == 0 &&
	       strchr(": \t\n", line[strlen(value)]) != NULL;
}

static bool file_has(
	const struct sysroot *root, const char *path, const char *key, const char *value)
{
	cleanup_free char *line = NULL;
	cleanup_file FILE *file = NULL;
	size_t size = 0;

	if (sysroot_read(root, path, &file) < 0)
		return false;
	while (getline(&line, &size, file) >= 0)
		if (is_setting(line, key, value))
			return true;
	/* clang 19 does not see it freed. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
	return false;
}

bool unit_has(const struct sysroot *root, const char *unit, const char *key, const char *value)
{
	for (size_t i = 0; i < UNIT_FOLDERS; i++) {
		cleanup_text char *path = text_format("%s/%s", unit_folders[i], unit),
				  *folder = text_format("%s.d", path);
		cleanup_names char **names = NULL;

		if (file_has(root, path, key, value))
			return true;
		if (sysroot_list(root, folder, &names) < 0)
			continue;
		for (size_t n = 0; names[n]; n++) {
			cleanup_text char *drop_in = text_format("%s/%s", folder, names[n]);
			const char *suffix = strrchr(drop_in, '.');

			if (strcmp(suffix, ".conf") == 0 && file_has(root, drop_in, key, value))
				return true;
		}
	}
	return false;
}
