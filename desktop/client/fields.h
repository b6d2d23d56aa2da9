/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Structures that are filled from an a{sv}, by a table: of patd's dictionaries, of which a later
 * one has more keys.  An unknown key is ignored, and so is a value of the wrong type.
 */
#pragma once

#include <gio/gio.h>

typedef enum {
	PATD_FIELD_TEXT,  /* s, char *, never NULL */
	PATD_FIELD_TEXTS, /* as, char **, NULL-terminated, never NULL */
	PATD_FIELD_TIME,  /* t, guint64; or a count */
	PATD_FIELD_UINT,  /* u, guint32 */
	PATD_FIELD_FLAG,  /* b, gboolean */
} PatdFieldKind;

typedef struct {
	const char *key; /* NULL ends the table */
	PatdFieldKind kind;
	gsize offset;
} PatdField;

/* Makes the texts of a zeroed structure empty ones, which the structure owns. */
void patd_fields_init(const PatdField *fields, gpointer info);

/* Whether a field has another value now.  Texts that were there before are freed then. */
gboolean patd_fields_take(const PatdField *fields, gpointer info, GVariant *properties);

void patd_fields_clear(const PatdField *fields, gpointer info);
