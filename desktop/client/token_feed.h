/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listings and signals of patd, which fill a model of tokens.  For token_list.c alone. */
#pragma once

#include "desktop/client/service.h"
#include "desktop/client/token_model.h"

typedef struct PatdTokenFeed PatdTokenFeed;

typedef struct {
	void (*page)(gpointer data); /* a page is in the model, and is not the last */
	void (*done)(gpointer data); /* the last one is, and what was not listed is gone */
	void (*failed)(const GError *error, gpointer data);
} PatdTokenFeedEvents;

/* Follows the signals of the service at once. */
PatdTokenFeed *patd_token_feed_new(PatdService *service, PatdTokenModel *model,
	const PatdTokenFeedEvents *events, gpointer data);
void patd_token_feed_free(PatdTokenFeed *feed);

/* Begins a listing, and ends the one under way.  all: of all users. */
void patd_token_feed_list(PatdTokenFeed *feed, gboolean all, gboolean interactive);

/* Ends what is under way, without a word. */
void patd_token_feed_stop(PatdTokenFeed *feed);

/* Signals are ignored while they may be about tokens that do not belong into the model. */
void patd_token_feed_set_deaf(PatdTokenFeed *feed, gboolean deaf);
