/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records as JSON text.  Lists may have a million, so they are written as they are: a tree of
 * jansson for each would take most of the time.  The text is as jansson writes it.
 */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "patctl/client/records.h"

/* The members of an object, without its braces.  Errors of file are left to its owner. */
void json_token_members(FILE *file, const struct token_row *token);

/* An object. */
void json_record(FILE *file, const struct table *table, const void *record);
void json_history_entry(FILE *file, const struct entry_row *entry);

/* An array of objects. */
void json_records(FILE *file, const struct records *records);

/* item as JSON in ASCII, without control characters: for what could deceive a reader. */
void json_write_ascii(FILE *file, const json_t *item);
