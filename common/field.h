/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A record described by one table of its members.  Of one that the database keeps the table feeds
 * the columns of statements, what is bound and read (patd/db/row.h), and the MAC
 * (patd/crypto/key.h); of one that goes from patd to another process, its bytes (common/pack.h)
 * and its properties on the bus.
 *
 * The order of a table is part of the database's format: the MAC covers the members in it.  A
 * member that is added later goes after all others, the MAC included; see mac_record().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_kind {
	FIELD_TEXT,     /* char[], as pat_text_problem() lets it be; may be empty */
	FIELD_NAME,     /* char[], as pat_name_problem() lets it be; not empty */
	FIELD_ANY_NAME, /* the same, may be empty */
	FIELD_ID,       /* struct pat_id */
	FIELD_ANY_ID,   /* the same, may be empty */
	FIELD_NUMBER,   /* uint64_t */
	FIELD_NUMBER32, /* uint32_t, or an enum without negative values */
	FIELD_BOOL,
	FIELD_BYTES, /* uint8_t[] */
	FIELD_MAC    /* uint8_t[]: the MAC over the record, which covers all members but this one */
};

#define FIELD_IS_TEXT(kind) ((kind) <= FIELD_ANY_ID)
#define FIELD_IS_BYTES(kind) ((kind) >= FIELD_BYTES)

struct field {
	const char *column; /* of the database; of a row that is shown its key in JSON */
	enum field_kind kind;
	size_t offset, size;
	uint64_t max;         /* of a number */
	const char *property; /* on the bus; NULL: none by this table */
	bool list;            /* a text of items with commas between them, an "as" on the bus */
	bool added_later;     /* an earlier version of patd, on another machine, lacks it */
	bool zero_is_none;    /* of a number: what is shown then is that there is none */
};

struct table {
	const struct field *fields;
	size_t n;
	size_t size; /* of the record */
};

/* The value of a member that is neither text nor bytes. */
static inline uint64_t field_number(const struct field *field, const void *member)
{
	if (field->kind == FIELD_NUMBER)
		return *(const uint64_t *)member;
	return field->kind == FIELD_BOOL ? *(const bool *)member : *(const uint32_t *)member;
}

/* Whether a member of that kind can have that text. */
bool field_text_valid(enum field_kind kind, const char *text);

/* Sets a member that is neither text nor bytes.  False, and it is untouched: beyond its maximum. */
bool field_set_number(const struct field *field, uint64_t number, void *ret_member);

/* clang-format off */
/* A row of such a table; 'max_' where the kind is a number. */
#define FIELD_SHOWN(record, column_, member, kind_, max_, property_)                               \
	{ .column = (column_),                                                                     \
		.kind = (kind_),                                                                   \
		.offset = offsetof(struct record, member),                                         \
		.size = sizeof(((struct record *)0)->member),                                      \
		.max = (max_),                                                                     \
		.property = (property_) }
#define FIELD(record, column, member, kind, max)                                                   \
	FIELD_SHOWN(record, column, member, kind, max, NULL)

/* The table of those rows. */
#define TABLE(record, rows) { rows, sizeof(rows) / sizeof((rows)[0]), sizeof(struct record) }
/* clang-format on */
