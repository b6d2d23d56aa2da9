/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records: the dictionaries, a{sv} each, in which patd describes tokens, history entries and more,
 * read into structs.  One table for each says which key goes into which member, and what JSON
 * calls it.
 */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stddef.h>

/* The type on the bus and that of the member.  An empty text is null in JSON. */
enum record_field_type {
	RECORD_TEXT,    /* s: char *, owned */
	RECORD_TEXTS,   /* as: char **, owned, NULL at the end */
	RECORD_ID,      /* s: struct pat_id */
	RECORD_UINT32,  /* u: uint32_t */
	RECORD_UINT64,  /* t: uint64_t */
	RECORD_NONZERO, /* t: uint64_t, 0 if there is none: null in JSON */
	RECORD_BOOL,    /* b: bool */
};

struct record_field {
	const char *key;
	enum record_field_type type;
	size_t offset;
	const char *json; /* the key of JSON */
};

#define RECORD_FIELDS_MAX 63

struct record_type {
	const struct record_field *fields;
	size_t n, size; /* how many fields, at most RECORD_FIELDS_MAX; bytes of the struct */
};

/*
 * Reads the a{sv} at iter, whose signature the caller has checked.  Unknown keys are ignored.
 * False, with *ret untouched, if a key is missing or repeated, or its value breaks the contract.
 */
bool record_read(DBusMessageIter *iter, const struct record_type *type, void *ret);

/* Frees what record holds, not record. */
void record_clear(const struct record_type *type, void *record);

struct records {
	const struct record_type *type;
	void *items; /* owned; an array of type's structs */
	size_t n;
};

/* Appends the aa{sv} at iter.  False if record_read() refuses one; a part may be appended then. */
bool records_read(DBusMessageIter *iter, struct records *records);

void records_clear(struct records *records);
#define cleanup_records __attribute__((cleanup(records_clear)))
