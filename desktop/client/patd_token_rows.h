/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tokens in patd's order, found by position and by id.  Each operation takes O(log n).  Positions
 * count from 0.
 */
#pragma once

#include "desktop/client/patd_token.h"

typedef struct PatdTokenRows PatdTokenRows;

PatdTokenRows *patd_token_rows_new(void);
void patd_token_rows_free(PatdTokenRows *rows);

guint patd_token_rows_length(const PatdTokenRows *rows);

/* Belong to the rows; NULL if there is none. */
PatdToken *patd_token_rows_at(const PatdTokenRows *rows, guint position);
PatdToken *patd_token_rows_find(const PatdTokenRows *rows, const char *id);

/* The position at which it would be inserted. */
guint patd_token_rows_place(const PatdTokenRows *rows, PatdToken *token);

/* Inserts a token whose id is not there; takes a reference of its own.  Returns its position. */
guint patd_token_rows_insert(PatdTokenRows *rows, PatdToken *token);

/* Removes the token of an id that is there.  Returns the position that it had. */
guint patd_token_rows_remove(PatdTokenRows *rows, const char *id);

/* Whether the token of that id must be removed and inserted again, since it was renamed. */
gboolean patd_token_rows_is_misplaced(const PatdTokenRows *rows, const char *id);

/* A listing marks what it sees.  Nothing is marked in the beginning, or after an unmark. */
void patd_token_rows_unmark(PatdTokenRows *rows);
void patd_token_rows_mark(PatdTokenRows *rows, const char *id);

/*
 * Removes the last tokens before *position that follow each other and are not marked.  *position is
 * the length in the beginning, and then the position that the first of them had, from which the
 * next call goes on.  FALSE if there are none.
 */
gboolean patd_token_rows_sweep(PatdTokenRows *rows, guint *position, guint *ret_count);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PatdTokenRows, patd_token_rows_free)
