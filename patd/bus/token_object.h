/* org.patd.Tokens1.Token: what the manager needs of it. */
#ifndef PATD_BUS_TOKEN_OBJECT_H
#define PATD_BUS_TOKEN_OBJECT_H

#include "common/bus.h"
#include "patd/bus/dispatch.h"
#include "patd/bus/view.h"
#include "patd/tokens/tokens.h"

extern const struct bus_property bus_token_properties[];

struct bus_path {
	char text[sizeof(PAT_BUS_TOKEN_PATH "/") + PAT_ID_LEN];
};

/* The path of a token's object. */
struct bus_path bus_token_path(const struct pat_id *id);

/* The view of a token as of now.  *ret_view must stay where it is: it points into itself. */
void bus_token_view(struct tokens *tokens, const struct token *token, struct token_view *ret_view);

/* Appends a{sa{sv}}: the interfaces with properties, and theirs.  False without memory. */
bool bus_token_append_interfaces(
	struct tokens *tokens, DBusMessageIter *to, const struct token *token);

/* Refuses a call of a token's object; names it in a dialog only if the caller may see it. */
void bus_token_refuse(struct call *call, enum pat_error error, const struct refusal *refusal);

#endif
