/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding unit files of systemd, and settings in them. */
#include "patctl/doctor/unit_file.h"

#include <fcntl.h>
#include <stddef.h>
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

#define BLANKS " \t\n\r" /* of systemd */

struct reader {
	const char *path, *name; /* of the file, and of the credential */
	bool service;            /* what is read is in the section [Service] */
	struct unit_credential *credential;
};

/* Without the blanks around it, in place. */
static char *stripped(char *text)
{
	char *end = text + strlen(text);

	while (end > text && strchr(BLANKS, end[-1]))
		end--;
	*end = '\0';
	return text + strspn(text, BLANKS);
}

/* ID, or ID:SOURCE, where systemd ignores a path that is relative. */
static bool names_credential(const char *value, const char *name)
{
	const size_t len = strlen(name);
	const char *rest = value + len;

	return strncmp(value, name, len) == 0 &&
	       (*rest == '\0' || (*rest == ':' && (rest[1] == '/' || !strchr(rest, '/'))));
}

/* The latest setting with an ID counts, of whichever name; one without ends all of both. */
static void read_setting(struct reader *reader, const char *key, const char *value)
{
	struct unit_credential *credential = reader->credential;
	const bool sealed = strcmp(key, "LoadCredentialEncrypted") == 0;

	if (!sealed && strcmp(key, "LoadCredential") != 0)
		return;
	if (*value == '\0') {
		credential->plain = credential->sealed = false;
		text_free(&credential->emptied);
		credential->emptied = text_format("%s", reader->path);
	} else if (names_credential(value, reader->name)) {
		credential->plain = !sealed;
		credential->sealed = sealed;
	}
}

static void read_line(struct reader *reader, char *text)
{
	char *line = stripped(text), *value = strchr(line, '=');

	if (*line == '[') {
		reader->service = strcmp(line, "[Service]") == 0;
	} else if (value && reader->service) {
		*value++ = '\0';
		read_setting(reader, stripped(line), stripped(value));
	}
}

/* Whether the line goes on in the next; a backslash that another one precedes is one of its own. */
static bool goes_on(char *line)
{
	char *end = line + strlen(line);
	size_t n = 0;

	while (end - n > line && end[-1 - (ptrdiff_t)n] == '\\')
		n++;
	if (n % 2 == 0)
		return false;
	end[-1] = ' ';
	return true;
}

/* Lines as systemd.syntax(7) has them: comments may be between those that are continued. */
static void read_lines(struct reader *reader, FILE *file)
{
	cleanup_text char *whole = NULL;
	cleanup_free char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, file) >= 0) {
		const char *begin = line + strspn(line, BLANKS);
		char *before = whole;

		line[strcspn(line, "\n")] = '\0';
		if (*begin == '#' || *begin == ';')
			continue;
		whole = text_format("%s%s", before ? before : "", begin);
		text_free(&before);
		if (goes_on(whole))
			continue;
		read_line(reader, whole);
		text_free(&whole);
	}
	if (whole)
		read_line(reader, whole);
}

/* Whether there is that file. */
static bool read_file(const struct sysroot *root, const char *path, const char *name,
	struct unit_credential *credential)
{
	struct reader reader = { .path = path, .name = name, .credential = credential };
	cleanup_file FILE *file = NULL;

	if (sysroot_read(root, path, &file) < 0)
		return false;
	read_lines(&reader, file);
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
