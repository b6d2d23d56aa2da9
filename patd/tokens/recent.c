/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A ring of tokens, which is emptied by whatever changes the database. */
#include "patd/tokens/recent.h"

#include <string.h>

static bool is_current(struct recent *recent, uint64_t version)
{
	if (recent->version != version)
		recent->count = recent->next = 0;
	recent->version = version;
	return version != 0;
}

struct recent_token *recent_find(struct recent *recent, uint64_t version, const char *id)
{
	if (!is_current(recent, version))
		return NULL;
	for (unsigned int i = 0; i < recent->count; i++)
		if (strcmp(recent->tokens[i].token.id.text, id) == 0)
			return &recent->tokens[i];
	return NULL;
}

struct recent_token *recent_keep(struct recent *recent, uint64_t version, const struct token *token)
{
	struct recent_token *kept;

	if (!is_current(recent, version))
		return NULL;
	kept = &recent->tokens[recent->next];
	kept->token = *token;
	kept->has_place = false;
	recent->next = (recent->next + 1) % RECENT_MAX;
	if (recent->count < RECENT_MAX)
		recent->count++;
	return kept;
}

bool recent_knows(const struct recent_token *recent, const char *service, const char *network)
{
	return recent && recent->has_place && strcmp(recent->service, service) == 0 &&
	       strcmp(recent->network, network) == 0;
}

void recent_learn(struct recent_token *recent, const char *service, const char *network)
{
	if (!recent)
		return;
	pat_field_cut(recent->service, sizeof(recent->service), service);
	pat_field_cut(recent->network, sizeof(recent->network), network);
	recent->has_place = true;
}
