#include "patd/policy/conf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/name.h"

#define FILE_BYTES_MAX (1 << 20)

/* inih splits what is longer, or cuts it off: ini.h asks for three bytes more than a line has. */
#define LINE_BYTES_MAX (INI_MAX_LINE - 3)

/* Where reading is. */
struct spot {
	const struct conf_reader *reader;
	char place[PATH_MAX + sizeof(":4294967295")];
};

__attribute__((format(printf, 2, 3))) static void tell(
	const struct spot *spot, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	/* clang 14 takes it for one never started. NOLINTNEXTLINE(clang-analyzer-valist.*) */
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	spot->reader->problem(spot->place, text, spot->reader->userdata);
}

/* What makes the file or folder one that others may have a hand in, NULL if nothing. */
static const char *trust_problem(const struct stat *st)
{
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "belongs to a user who is neither root nor the one that patd runs as: chown "
		       "root";
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return "can be written by others than its owner: chmod go-w";
	return NULL;
}

static const char *file_problem(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "is not a regular file";
	if (st->st_size > FILE_BYTES_MAX)
		return "is larger than 1 MiB";
	return trust_problem(st);
}

/* A link to nothing is not a file that is missing. */
static bool is_missing(const char *path)
{
	struct stat st;

	return lstat(path, &st) < 0 && errno == ENOENT;
}

/* NULL if it is missing, or a problem that was told. */
static FILE *open_file(const struct spot *spot, const char *path)
{
	/* Not to wait for the writer of a FIFO. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *problem = NULL;
	FILE *file = NULL;
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0) {
		problem = file_problem(&st);
		if (problem)
			tell(spot, "%s", problem);
		else
			file = fdopen(fd, "r");
	}
	if (file)
		return file;
	if (!problem && !(errno == ENOENT && is_missing(path)))
		tell(spot, "cannot be read: %m");
	if (fd >= 0)
		(void)close(fd);
	return NULL;
}

static int take_setting(void *userdata, const char *section, const char *key, const char *value)
{
	const struct spot *spot = userdata;

	(void)section;
	spot->reader->setting(spot->place, key, value, spot->reader->userdata);
	return 1;
}

/*
 * By inih, one line at a time.  What it would take beyond that is kept from it: sections, which
 * it does not tell of, comments, a byte order mark, lines that continue others, and "KEY: VALUE".
 */
static bool read_setting(struct spot *spot, const char *line)
{
	return *line >= 'a' && *line <= 'z' && line[strcspn(line, "=:")] == '=' &&
	       ini_parse_string(line, take_setting, spot) == 0;
}

/* line has no blanks around it. */
static void read_words(struct spot *spot, char *line, size_t len)
{
	if (*line == '\0' || *line == '#' || *line == ';')
		return;
	if (*line == '[' && line[len - 1] == ']') {
		line[len - 1] = '\0';
		spot->reader->section(spot->place, line + 1, spot->reader->userdata);
	} else if (!read_setting(spot, line)) {
		tell(spot, "the line is none of [SECTION], KEY = VALUE and a comment, which begins "
			   "with \"#\"");
	}
}

/* len: without the end of the line, which is cut off; there may be a NUL before it. */
static void read_line(struct spot *spot, char *line, size_t len)
{
	if (len > LINE_BYTES_MAX) {
		tell(spot, "the line is longer than %d bytes", LINE_BYTES_MAX);
		return;
	}
	for (char *tab = line; (tab = strchr(tab, '\t'));)
		*tab = ' ';
	if (strlen(line) != len || (len > 0 && pat_name_problem(line))) {
		tell(spot, "the line has a control character, or is not valid UTF-8; it is to be "
			   "plain text, and to end with a line feed alone");
		return;
	}
	while (len > 0 && line[len - 1] == ' ')
		line[--len] = '\0';
	while (*line == ' ') {
		line++;
		len--;
	}
	read_words(spot, line, len);
}

void conf_file_read(const char *path, const struct conf_reader *reader)
{
	struct spot whole = { .reader = reader }, spot = { .reader = reader };
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	FILE *file;

	(void)snprintf(whole.place, sizeof(whole.place), "%s", path);
	file = open_file(&whole, path);
	if (!file)
		return;
	for (unsigned int number = 1; (len = getline(&line, &size, file)) > 0; number++) {
		(void)snprintf(spot.place, sizeof(spot.place), "%s:%u", path, number);
		if (line[len - 1] == '\n')
			line[--len] = '\0';
		read_line(&spot, line, (size_t)len);
	}
	if (!feof(file))
		tell(&whole, "cannot be read: %m");
	free(line);
	(void)fclose(file);
}

bool conf_folder_check(const char *path, const struct conf_reader *reader)
{
	struct spot spot = { .reader = reader };
	const char *problem;
	struct stat st;

	(void)snprintf(spot.place, sizeof(spot.place), "%s", path);
	if (stat(path, &st) < 0) {
		if (errno != ENOENT || !is_missing(path))
			tell(&spot, "cannot be read: %m");
		return false;
	}
	problem = S_ISDIR(st.st_mode) ? trust_problem(&st) : "is not a folder";
	if (problem)
		tell(&spot, "%s", problem);
	return S_ISDIR(st.st_mode);
}
