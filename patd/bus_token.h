/* org.patd.Tokens1.Token: what the manager needs of it. */
#ifndef PATD_BUS_TOKEN_H
#define PATD_BUS_TOKEN_H

#include "patd/bus_object.h"
#include "patd/bus_view.h"
#include "patd/tokens.h"

extern const struct bus_property bus_token_properties[];

/* The view of a token as of now.  *ret_view must stay where it is: it points into itself. */
void bus_token_view(struct tokens *tokens, const struct token *token, struct token_view *ret_view);

#endif
