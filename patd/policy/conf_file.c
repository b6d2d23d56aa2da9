/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One configuration file, read line by line. */
#include "patd/policy/conf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/name.h"

#define FILE_BYTES_MAX (1 << 20)
#define LINE_BYTES_MAX 4096

struct position {
	const struct conf_reader *reader;
	char place[PATH_MAX + sizeof(":4294967295")];
};

__attribute__((format(printf, 2, 3))) static void report(
	const struct position *position, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	/* clang 14 takes it for one never started. NOLINTNEXTLINE(clang-analyzer-valist.*) */
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	position->reader->problem(position->place, text, position->reader->userdata);
}

/* What makes the file or folder one that others may have a hand in, NULL if nothing. */
static const char *trust_problem(const struct stat *st)
{
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "belongs to neither root nor the user that patd runs as: chown root";
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return "users other than the owner can write it: chmod go-w";
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

/* NULL if it is missing, or a problem that has been reported. */
static FILE *open_file(const struct position *position, const char *path)
{
	/* Not to wait for the writer of a FIFO. */
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *problem;
	struct stat st;
	FILE *file;

	if (fd < 0 && errno == ENOENT && is_missing(path))
		return NULL;
	if (fd < 0 || fstat(fd, &st) < 0) {
		report(position, "cannot be read: %m");
		return NULL;
	}
	problem = file_problem(&st);
	if (problem) {
		report(position, "%s", problem);
		return NULL;
	}
	file = fdopen(fd, "r");
	if (!file) {
		report(position, "cannot be read: %m");
		return NULL;
	}
	(void)take_fd(&fd);
	return file;
}

/* The text without the blanks around it, in place. */
static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " ");
	for (len = strlen(text); len > 0 && text[len - 1] == ' '; len--)
		;
	text[len] = '\0';
	return text;
}

/* KEY = VALUE; after a blank, ";" begins a comment. */
static bool read_setting(const struct position *position, char *line)
{
	char *comment = strstr(line, " ;"), *equals;

	if (comment)
		*comment = '\0';
	equals = line + strcspn(line, "=:");
	if (*line < 'a' || *line > 'z' || *equals != '=')
		return false;
	*equals = '\0';
	position->reader->setting(
		position->place, trim(line), trim(equals + 1), position->reader->userdata);
	return true;
}

/* line: without the blanks around it. */
static void read_words(const struct position *position, char *line)
{
	const size_t len = strlen(line);

	if (*line == '\0' || *line == '#' || *line == ';')
		return;
	if (*line == '[' && line[len - 1] == ']') {
		line[len - 1] = '\0';
		position->reader->section(position->place, line + 1, position->reader->userdata);
	} else if (!read_setting(position, line)) {
		report(position,
			"expected [SECTION], KEY = VALUE, or a comment that begins with \"#\"");
	}
}

/* len: without the end of the line, which is cut off; there may be a NUL before it. */
static void read_line(const struct position *position, char *line, size_t len)
{
	if (len > LINE_BYTES_MAX) {
		report(position, "the line is longer than %d bytes", LINE_BYTES_MAX);
		return;
	}
	for (char *tab = line; (tab = strchr(tab, '\t'));)
		*tab = ' ';
	if (strlen(line) != len || pat_text_problem(line)) {
		report(position,
			"the line has a control character or is not valid UTF-8; write plain "
			"text, and end lines with a line feed only");
		return;
	}
	read_words(position, trim(line));
}

void conf_file_read(const char *path, const struct conf_reader *reader)
{
	struct position whole = { .reader = reader }, position = { .reader = reader };
	cleanup_file FILE *file = NULL;
	cleanup_free char *line = NULL;
	size_t size = 0;
	ssize_t len;

	(void)snprintf(whole.place, sizeof(whole.place), "%s", path);
	file = open_file(&whole, path);
	if (!file)
		return;
	for (unsigned int number = 1; (len = getline(&line, &size, file)) > 0; number++) {
		(void)snprintf(position.place, sizeof(position.place), "%s:%u", path, number);
		if (line[len - 1] == '\n')
			line[--len] = '\0';
		read_line(&position, line, (size_t)len);
	}
	if (!feof(file))
		report(&whole, "cannot be read: %m");
}

bool conf_folder_check(const char *path, const struct conf_reader *reader)
{
	struct position position = { .reader = reader };
	const char *problem;
	struct stat st;

	(void)snprintf(position.place, sizeof(position.place), "%s", path);
	if (stat(path, &st) < 0) {
		if (errno != ENOENT || !is_missing(path))
			report(&position, "cannot be read: %m");
		return false;
	}
	problem = S_ISDIR(st.st_mode) ? trust_problem(&st) : "is not a folder";
	if (problem)
		report(&position, "%s", problem);
	return S_ISDIR(st.st_mode);
}
