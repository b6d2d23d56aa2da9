/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing JSON text.  patctl has one thread: no lock of stdio is taken for each piece. */
#include "patctl/print/json_record.h"

#include <string.h>

#define DIGITS_MAX 20 /* of a uint64_t */

static void write_word(FILE *file, const char *word)
{
	(void)fputs_unlocked(word, file);
}

static void write_number(FILE *file, uint64_t number)
{
	char digits[DIGITS_MAX];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	(void)fwrite_unlocked(digits + at, 1, sizeof(digits) - at, file);
}

static bool is_plain(char c)
{
	return (unsigned char)c >= ' ' && c != '"' && c != '\\';
}

static void write_escaped(FILE *file, char c)
{
	static const char letters[] =
		"\"\"\\\\\bb\ff\nn\rr\tt"; /* each, and what follows the '\' */

	for (const char *letter = letters; *letter != '\0'; letter += 2)
		if (*letter == c) {
			(void)putc_unlocked('\\', file);
			(void)putc_unlocked(letter[1], file);
			return;
		}
	(void)fprintf(file, "\\u%04X", (unsigned int)(unsigned char)c);
}

/* text: UTF-8, which JSON has as it is. */
static void write_text(FILE *file, const char *text)
{
	(void)putc_unlocked('"', file);
	while (*text != '\0') {
		size_t n = 0;

		while (is_plain(text[n]))
			n++;
		(void)fwrite_unlocked(text, 1, n, file);
		text += n;
		if (*text != '\0')
			write_escaped(file, *text++);
	}
	(void)putc_unlocked('"', file);
}

static void write_texts(FILE *file, char *const *texts)
{
	(void)putc_unlocked('[', file);
	for (size_t i = 0; texts[i]; i++) {
		if (i > 0)
			write_word(file, ", ");
		write_text(file, texts[i]);
	}
	(void)putc_unlocked(']', file);
}

static void write_member(FILE *file, enum record_field_type type, const void *member)
{
	const char *text = type == RECORD_TEXT ? *(char *const *)member : member;
	const uint64_t *number = member;

	switch (type) {
	case RECORD_TEXT:
	case RECORD_ID:
		if (*text != '\0')
			write_text(file, text);
		else
			write_word(file, "null");
		return;
	case RECORD_TEXTS:
		write_texts(file, *(char **const *)member);
		return;
	case RECORD_UINT32:
		write_number(file, *(const uint32_t *)member);
		return;
	case RECORD_UINT64:
		write_number(file, *number);
		return;
	case RECORD_NONZERO:
		if (*number != 0)
			write_number(file, *number);
		else
			write_word(file, "null");
		return;
	case RECORD_BOOL:
		write_word(file, *(const bool *)member ? "true" : "false");
		return;
	}
}

/* null: the member that is null whatever it holds, if any. */
static void write_members(
	FILE *file, const struct record_type *type, const void *record, const void *null)
{
	for (size_t i = 0; i < type->n; i++) {
		const struct record_field *field = &type->fields[i];
		const void *member = (const char *)record + field->offset;

		write_word(file, i > 0 ? ", \"" : "\"");
		write_word(file, field->json);
		write_word(file, "\": ");
		if (member == null)
			write_word(file, "null");
		else
			write_member(file, field->type, member);
	}
}

static void write_object(
	FILE *file, const struct record_type *type, const void *record, const void *null)
{
	(void)putc_unlocked('{', file);
	write_members(file, type, record, null);
	(void)putc_unlocked('}', file);
}

void json_token_members(FILE *file, const struct token *token)
{
	static char local[] = "local";
	struct token shown = *token;

	if (token->last_used_at && *token->last_used_from == '\0')
		shown.last_used_from = local;
	write_members(file, token_record_type(), &shown, NULL);
}

void json_record(FILE *file, const struct record_type *type, const void *record)
{
	write_object(file, type, record, NULL);
}

void json_history_entry(FILE *file, const struct history_entry *entry)
{
	/* An entry about many tokens has no uid. */
	write_object(file, &history_entry_type, entry, *entry->token ? NULL : &entry->uid);
}

void json_records(FILE *file, const struct records *records)
{
	(void)putc_unlocked('[', file);
	for (size_t i = 0; i < records->n; i++) {
		if (i > 0)
			write_word(file, ", ");
		json_record(file, records->type,
			(const char *)records->items + i * records->type->size);
	}
	(void)putc_unlocked(']', file);
}
