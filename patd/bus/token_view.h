/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token on the bus: its path and its properties. */
#pragma once

#include "common/bus.h"
#include "patd/bus/reply.h"
#include "patd/tokens/tokens.h"

struct token_view {
	struct token token; /* as of now, and under the policy: what has passed is not in it */
	const char *state;
};

/* The properties of a struct token_view, static. */
const struct bus_property *token_view_properties(void);

/* The view of a token as of now. */
void token_view_fill(struct tokens *tokens, const struct token *token, struct token_view *ret_view);

struct bus_path {
	char text[sizeof(PAT_BUS_TOKEN_PATH "/") + PAT_ID_LEN];
};

/* The path of a token's object. */
struct bus_path bus_token_path(const struct pat_id *id);

/* Appends a{sa{sv}}: the interfaces with properties, and theirs.  False without memory. */
bool token_view_append_interfaces(
	struct tokens *tokens, DBusMessageIter *to, const struct token *token);
