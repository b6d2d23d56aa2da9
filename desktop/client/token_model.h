/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A GListModel of PatdToken in patd's order, which takes what listings and signals say.  An object
 * stays as long as its token does.
 *
 * Signals: "token-changed" (PatdToken *): any of the model, after its own "changed".
 */
#pragma once

#include "desktop/client/patd_token.h"

#define PATD_TYPE_TOKEN_MODEL (patd_token_model_get_type())
G_DECLARE_FINAL_TYPE(PatdTokenModel, patd_token_model, PATD, TOKEN_MODEL, GObject)

PatdTokenModel *patd_token_model_new(void);

/* Belongs to the model; NULL if it is not there.  One that is renamed is there all the time, though
 * views hear of its removal and then of its insertion. */
PatdToken *patd_token_model_find(PatdTokenModel *model, const char *id);

/*
 * A page of a listing, aa{sv}.  Of the tokens whose ids are in the table, what the model has is
 * newer.  New tokens that follow each other are one change of the model.
 */
void patd_token_model_take_page(PatdTokenModel *model, GVariant *tokens, GHashTable *newer);

/* One token: inserts or updates it. */
void patd_token_model_take(PatdTokenModel *model, GVariant *properties);

/* Some properties of one.  FALSE: it is not there. */
gboolean patd_token_model_update(PatdTokenModel *model, const char *id, GVariant *properties);

/* Does nothing if it is not there. */
void patd_token_model_remove(PatdTokenModel *model, const char *id);

/* Between the two a listing says what is there; at the end goes what neither it nor a signal said
 * anything of. */
void patd_token_model_begin(PatdTokenModel *model);
void patd_token_model_end(PatdTokenModel *model);
