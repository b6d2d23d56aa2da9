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

/* Where drop-ins are beside those: what systemd, and generators such as LXC's, have written. */
static const char *const drop_in_folders[] = { "/etc/systemd/system.control",
	"/run/systemd/system.control", "/run/systemd/transient", "/run/systemd/generator.early",
	"/etc/systemd/system", "/run/systemd/system", "/run/systemd/generator",
	"/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
	"/run/systemd/generator.late" };
#define DROP_IN_FOLDERS (sizeof(drop_in_folders) / sizeof(drop_in_folders[0]))

/* Of drop-ins with one name the first found counts. */
struct drop_ins {
	char **names, **paths; /* as many */
	size_t n;
};

static void drop_ins_add(struct drop_ins *drop_ins, const char *folder, const char *name)
{
	cleanup_text char *path = text_format("%s/%s", folder, name);
	const char *suffix = strrchr(name, '.');
	size_t n = drop_ins->n;

	if (!suffix || strcmp(suffix, ".conf") != 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (strcmp(drop_ins->names[i], name) == 0)
			return;
	names_add(&drop_ins->names, &n, name);
	names_add(&drop_ins->paths, &drop_ins->n, path);
}

static void drop_ins_list(struct drop_ins *drop_ins, const struct sysroot *root, const char *folder)
{
	cleanup_names char **names = NULL;

	if (sysroot_list(root, folder, &names) < 0)
		return;
	for (size_t i = 0; names[i]; i++)
		drop_ins_add(drop_ins, folder, names[i]);
}

/* "KEY = VALUE", with blanks wherever systemd.syntax(7) allows them: the value, or NULL. */
static const char *value_of(const char *line, const char *key)
{
	line += strspn(line, " \t");
	if (strncmp(line, key, strlen(key)) != 0)
		return NULL;
	line += strlen(key);
	line += strspn(line, " \t");
	if (*line++ != '=')
		return NULL;
	return line + strspn(line, " \t");
}

static bool names_credential(const char *value, const char *name)
{
	return value && strncmp(value, name, strlen(name)) == 0 &&
	       strchr(": \t\n", value[strlen(name)]) != NULL;
}

static void read_line(
	const char *line, const char *path, const char *name, struct unit_credential *credential)
{
	const char *plain = value_of(line, "LoadCredential"),
		   *sealed = value_of(line, "LoadCredentialEncrypted"),
		   *value = plain ? plain : sealed;

	credential->plain |= names_credential(plain, name);
	credential->sealed |= names_credential(sealed, name);
	if (!value || (*value != '\n' && *value != '\0'))
		return;
	credential->plain = credential->sealed = false;
	text_free(&credential->emptied);
	credential->emptied = text_format("%s", path);
}

/* Whether there is that file. */
static bool read_file(const struct sysroot *root, const char *path, const char *name,
	struct unit_credential *credential)
{
	cleanup_free char *line = NULL;
	cleanup_file FILE *file = NULL;
	size_t size = 0;

	if (sysroot_read(root, path, &file) < 0)
		return false;
	while (getline(&line, &size, file) >= 0)
		read_line(line, path, name, credential);
	/* clang 19 does not see it freed. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
	return true;
}

static void read_unit(const struct sysroot *root, const char *unit, const char *name,
	struct unit_credential *credential)
{
	for (size_t i = 0; i < UNIT_FOLDERS; i++) {
		cleanup_text char *path = text_format("%s/%s", unit_folders[i], unit);

		credential->unit = read_file(root, path, name, credential);
		if (credential->unit)
			return;
	}
}

/* The next name after *last in the order of bytes, or NULL. */
static const char *next_path(const struct drop_ins *drop_ins, const char **last)
{
	const char *path = NULL, *name = NULL;

	for (size_t i = 0; i < drop_ins->n; i++) {
		const char *other = drop_ins->names[i];

		if ((*last && strcmp(other, *last) <= 0) || (name && strcmp(other, name) > 0))
			continue;
		name = other;
		path = drop_ins->paths[i];
	}
	*last = name;
	return path;
}

void unit_read_credential(
	const struct sysroot *root, const char *unit, const char *name, struct unit_credential *ret)
{
	const char *const of[] = { unit, "service" };
	struct drop_ins drop_ins = { 0 };
	const char *path, *last = NULL;

	*ret = (struct unit_credential) { 0 };
	for (size_t k = 0; k < sizeof(of) / sizeof(of[0]); k++)
		for (size_t i = 0; i < DROP_IN_FOLDERS; i++) {
			cleanup_text char *folder =
				text_format("%s/%s.d", drop_in_folders[i], of[k]);

			drop_ins_list(&drop_ins, root, folder);
		}
	read_unit(root, unit, name, ret);
	while ((path = next_path(&drop_ins, &last)))
		(void)read_file(root, path, name, ret);
	names_free(&drop_ins.names);
	names_free(&drop_ins.paths);
}

void unit_credential_clear(struct unit_credential *credential)
{
	text_free(&credential->emptied);
	*credential = (struct unit_credential) { 0 };
}
