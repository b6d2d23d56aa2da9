/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether an issuer that has returned from a backup is behind its hub. */
#include <errno.h>

#include "patd/tokens/tokens_fleet_private.h"

int fleet_return_load(struct tokens *tokens, struct fleet_return *ret)
{
	struct database *database = tokens->database;
	int r;

	if (tokens->returned.unwritten) {
		*ret = tokens->returned;
		return 0;
	}
	*ret = (struct fleet_return) { 0 };
	if ((r = meta_get_number(database, META_FLEET_BEHIND, &ret->generation)) < 0 ||
		(r = meta_get_number(database, META_FLEET_RETURN, &ret->latest)) < 0 ||
		(r = meta_get_number(database, META_FLEET_LIFE, &ret->life)) < 0 ||
		(r = meta_get_number(database, META_FLEET_RESTORE, &ret->restore)) < 0)
		return r;
	/* 0, no such number, becomes UINT64_MAX. */
	ret->latest--;
	return 0;
}

int fleet_check_caught_up(struct tokens *tokens, bool takes_access)
{
	struct fleet_return returned;
	int r = fleet_return_load(tokens, &returned);

	if (r < 0)
		return r;
	return returned.generation != 0 && !takes_access ? -EINPROGRESS : 0;
}

bool tokens_fleet_behind(struct tokens *tokens)
{
	struct fleet_return returned;

	return tokens->policy->issuer[0] != '\0' &&
	       (fleet_return_load(tokens, &returned) < 0 || returned.generation != 0);
}
