/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The decider by the rules of patd/tokens.  A verdict whose use must be on disk waits for that, in
 * the bounds of patd/login/pending.h; where there is no place the login is refused and its use does
 * not count.
 */
#pragma once

#include "patd/login/server.h"

struct token_decider;

/* tokens must outlive it. */
int token_decider_new(sd_event *event, struct tokens *tokens, struct token_decider **ret_decider);
/* After login_server_free().  NULL is allowed. */
void token_decider_free(struct token_decider *decider);

/* For login_server_new(), */
struct decider token_decider_of(struct token_decider *decider);
/* and then the server whose replies it sends. */
void token_decider_serve(struct token_decider *decider, struct login_server *server);
