/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing JSON text.  patctl has one thread: no lock of stdio is taken for each piece. */
#include "patctl/print/json_record.h"

#include <stdlib.h>
#include <string.h>

#include "common/name.h"
#include "patctl/base/text.h"

#define DIGITS_MAX 20 /* of a uint64_t */
#define DEL 0x7F      /* the first byte that is no printable ASCII */

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

void json_write_ascii(FILE *file, const json_t *item)
{
	char *text = must_alloc(json_dumps(item, JSON_ENCODE_ANY | JSON_ENSURE_ASCII));

	for (const char *at = text; *at != '\0'; at++)
		if (*at == DEL) /* the one that jansson leaves */
			write_escaped(file, *at);
		else
			(void)putc_unlocked(*at, file);
	free(text);
}

/* False if text has nothing that could deceive, or is no UTF-8. */
static bool write_deceiving(FILE *file, const char *text, size_t len)
{
	cleanup_text char *copy = NULL;
	json_t *string;
	size_t n = 0;

	while (n < len && (unsigned char)text[n] < DEL)
		n++;
	if (n == len)
		return false;
	copy = text_format("%.*s", (int)len, text);
	string = pat_text_problem(copy) ? json_string(copy) : NULL;
	if (!string)
		return false;
	json_write_ascii(file, string);
	json_decref(string);
	return true;
}

/* text: UTF-8, which JSON has as it is, unless it could deceive a reader. */
static void write_text(FILE *file, const char *text, size_t len)
{
	if (write_deceiving(file, text, len))
		return;
	(void)putc_unlocked('"', file);
	for (const char *end = text + len; text < end;) {
		size_t n = 0;

		while (text + n < end && is_plain(text[n]))
			n++;
		(void)fwrite_unlocked(text, 1, n, file);
		text += n;
		if (text < end)
			write_escaped(file, *text++);
	}
	(void)putc_unlocked('"', file);
}

/* The items of a text that has commas between them. */
static void write_items(FILE *file, const char *text)
{
	(void)putc_unlocked('[', file);
	while (*text != '\0') {
		const size_t len = strcspn(text, ",");

		write_text(file, text, len);
		text += len;
		if (*text == ',') {
			write_word(file, ", ");
			text++;
		}
	}
	(void)putc_unlocked(']', file);
}

static void write_member(FILE *file, const struct field *field, const void *member)
{
	const char *text = member;

	if (field->list)
		write_items(file, text);
	else if (FIELD_IS_TEXT(field->kind) && *text != '\0')
		write_text(file, text, strlen(text));
	else if (FIELD_IS_TEXT(field->kind) ||
		 (field->zero_is_none && field_number(field, member) == 0))
		write_word(file, "null");
	else if (field->kind == FIELD_BOOL)
		write_word(file, *(const bool *)member ? "true" : "false");
	else
		write_number(file, field_number(field, member));
}

/* A member that is written as something else. */
struct exception {
	const void *member;
	const char *json;
};

#define EXCEPTIONS 2

static const struct exception no_exceptions[EXCEPTIONS];

/* NULL: as it is. */
static const char *written_as(
	const void *member, const struct exception exceptions[static EXCEPTIONS])
{
	for (size_t i = 0; i < EXCEPTIONS; i++)
		if (exceptions[i].member == member)
			return exceptions[i].json;
	return NULL;
}

static void write_members(FILE *file, const struct table *table, const void *record,
	const struct exception exceptions[static EXCEPTIONS])
{
	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];
		const void *member = (const char *)record + field->offset;
		const char *json = written_as(member, exceptions);

		write_word(file, i > 0 ? ", \"" : "\"");
		write_word(file, field->column);
		write_word(file, "\": ");
		if (json)
			write_word(file, json);
		else
			write_member(file, field, member);
	}
}

static void write_object(FILE *file, const struct table *table, const void *record,
	const struct exception exceptions[static EXCEPTIONS])
{
	(void)putc_unlocked('{', file);
	write_members(file, table, record, exceptions);
	(void)putc_unlocked('}', file);
}

void json_token_members(FILE *file, const struct token_row *token)
{
	const bool local = token->last_used_at && token->last_used_from[0] == '\0';
	const struct exception exceptions[EXCEPTIONS] = {
		{ local ? token->last_used_from : NULL, "\"local\"" },
		{ token->uid == TOKEN_UID_ANY ? &token->uid : NULL, "null" },
	};

	write_members(file, token_row_table(), token, exceptions);
}

void json_record(FILE *file, const struct table *table, const void *record)
{
	write_object(file, table, record, no_exceptions);
}

void json_history_entry(FILE *file, const struct entry_row *entry)
{
	/* An entry about many tokens has no uid. */
	const struct exception many[EXCEPTIONS] = {
		{ entry->id.text[0] != '\0' && entry->uid != TOKEN_UID_ANY ? NULL : &entry->uid,
			"null" },
	};

	write_object(file, &entry_row_table, entry, many);
}

void json_records(FILE *file, const struct records *records)
{
	(void)putc_unlocked('[', file);
	for (size_t i = 0; i < records->n; i++) {
		if (i > 0)
			write_word(file, ", ");
		json_record(file, records->table,
			(const char *)records->items + i * records->table->size);
	}
	(void)putc_unlocked(']', file);
}
