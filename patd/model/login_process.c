/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words quoted as for a shell. */
#include "patd/model/login_process.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/name.h"

/* Without quotes where nobody could take it for more than one word. */
static const char unquoted[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			       "0123456789._:/@%+=,-";

struct text {
	char *at;
	size_t size, used; /* of at, with the place for PROCESS_CUT and a NUL kept free */
	bool cut;
};

static void text_init(struct text *text, char *at, size_t size)
{
	*text = (struct text) { .at = at, .size = size - sizeof(PROCESS_CUT) };
}

/* All of it or nothing, after which nothing is put any more. */
static void put(struct text *text, const char *bytes, size_t len)
{
	text->cut = text->cut || len > text->size - text->used;
	if (text->cut)
		return;
	memcpy(text->at + text->used, bytes, len);
	text->used += len;
}

static void text_end(struct text *text, bool cut)
{
	const char *end = cut || text->cut ? PROCESS_CUT : "";

	memcpy(text->at + text->used, end, strlen(end) + 1);
}

/* How many bytes the character has, or 0 if it may not stand there as it is. */
static size_t plain_character(const char *at, size_t len)
{
	for (size_t n = 1; n <= 4 && n <= len; n++) {
		char character[5] = "";

		memcpy(character, at, n);
		if (strlen(character) == n && !pat_text_problem(character))
			return n;
	}
	return 0;
}

static bool is_plain(const char *word, size_t len)
{
	size_t n;

	for (; len > 0; word += n, len -= n) {
		n = plain_character(word, len);
		if (n == 0)
			return false;
	}
	return true;
}

/* A plain one, in single quotes; one within stands between two such texts, as '\''. */
static void put_quoted(struct text *text, const char *word, size_t len)
{
	size_t n;

	put(text, "'", 1);
	for (; len > 0; word += n, len -= n) {
		n = plain_character(word, len);
		put(text, *word == '\'' ? "'\\''" : word, *word == '\'' ? strlen("'\\''") : n);
	}
	put(text, "'", 1);
}

static void put_escaped(struct text *text, const char *word, size_t len)
{
	put(text, "$'", 2);
	while (len > 0) {
		const size_t n = plain_character(word, len);
		char escape[sizeof("\\xNN")];

		if (n == 0) {
			(void)snprintf(escape, sizeof(escape), "\\x%02x", (unsigned char)*word);
			put(text, escape, strlen(escape));
		} else {
			if (*word == '\'' || *word == '\\')
				put(text, "\\", 1);
			put(text, word, n);
		}
		word += n > 0 ? n : 1;
		len -= n > 0 ? n : 1;
	}
	put(text, "'", 1);
}

static void put_word(struct text *text, const char *word, size_t len)
{
	size_t bare = 0;

	while (bare < len && memchr(unquoted, word[bare], sizeof(unquoted) - 1))
		bare++;
	if (len > 0 && bare == len)
		put(text, word, len);
	else if (is_plain(word, len))
		put_quoted(text, word, len);
	else
		put_escaped(text, word, len);
}

static void put_words(struct text *text, const char *words, size_t len)
{
	for (size_t at = 0; at < len;) {
		const size_t n = strnlen(words + at, len - at);

		if (at > 0)
			put(text, " ", 1);
		put_word(text, words + at, n);
		at += n + 1;
	}
}

static void command_format(const char *words, size_t len, bool cut, char *ret_text, size_t size)
{
	struct text text;

	text_init(&text, ret_text, size);
	put_words(&text, words, len);
	text_end(&text, cut);
}

void process_read(const struct pat_process *from, struct process *ret)
{
	const size_t directory_len = strnlen(from->directory, sizeof(from->directory));
	struct text directory;

	ret->pid = from->pid;
	ret->uid = from->uid;
	ret->parent_pid = from->parent_pid;
	ret->start_time = from->start_time;
	command_format(from->command, from->command_len, from->command_cut == 1, ret->command,
		sizeof(ret->command));
	command_format(from->parent, from->parent_len, from->parent_cut == 1, ret->parent,
		sizeof(ret->parent));
	text_init(&directory, ret->directory, sizeof(ret->directory));
	if (directory_len > 0)
		put_word(&directory, from->directory, directory_len);
	text_end(&directory, directory_len == sizeof(from->directory) - 1);
}

void process_describe(const struct process *process, char ret_text[static PROCESS_TEXT_MAX + 1])
{
	char started[PROCESS_PARENT_MAX + sizeof(", started by  (4294967295)")] = "";

	if (process->parent_pid != 0)
		(void)snprintf(started, sizeof(started), ", started by %s (%" PRIu32 ")",
			process->parent, process->parent_pid);
	(void)snprintf(ret_text, PROCESS_TEXT_MAX + 1, "pid %" PRIu32 " of uid %" PRIu32 "%s%s%s",
		process->pid, process->uid, process->directory[0] != '\0' ? " in " : "",
		process->directory, started);
}
