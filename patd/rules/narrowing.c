/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a change of a token only takes access away. */
#include "patd/rules/narrowing.h"

#include "common/lifetime.h"
#include "patd/rules/validity.h"

/*
 * What never expires may be refused for that, where an end would let it in again.  Else an end is
 * an end: the policy's, which may be nearer, bounds both alike.
 */
static bool ends_sooner(
	const struct token *before, const struct token *after, const struct policy *policy)
{
	if (after->expires_at == before->expires_at)
		return true;
	if (after->expires_at == PAT_NEVER)
		return false;
	if (before->expires_at == PAT_NEVER)
		return policy->allow_never || validity_end(before, policy) != PAT_NEVER;
	return after->expires_at < before->expires_at;
}

bool narrowing(const struct token *before, const struct token *after, const struct policy *policy)
{
	if (!ends_sooner(before, after, policy))
		return false;
	for (unsigned int r = 0; r < PAT_RESTRICTIONS; r++)
		if (!limits_within(&after->limits, &before->limits, (enum pat_restriction)r))
			return false;
	return true;
}
