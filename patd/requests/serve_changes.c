/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests that change tokens, and hand out no secret. */
#include "patd/requests/handlers.h"
#include "patd/requests/requests_private.h"

enum progress serve_revoke(struct work *work)
{
	const struct request_revoke *revoke = &work->request.revoke;
	const struct revocation revocation = {
		.for_a_while = (revoke->given & GIVEN_PERIOD) != 0,
		.seconds = revoke->period,
		.reason = (revoke->given & GIVEN_REASON) != 0 ? revoke->reason : NULL,
		.end_sessions = (revoke->given & GIVEN_END_SESSIONS) != 0,
	};

	return work_end(work, tokens_revoke(tokens_of(work), &work->caller, revoke->id, &revocation,
				      &work->refusal));
}

enum progress serve_restore(struct work *work)
{
	return work_end(work, tokens_restore(tokens_of(work), &work->caller, work->request.token.id,
				      &work->refusal));
}

enum progress serve_rename(struct work *work)
{
	const struct request_rename *rename = &work->request.rename;

	return work_end(work, tokens_rename(tokens_of(work), &work->caller, rename->id,
				      rename->name, &work->refusal));
}

enum progress serve_set(struct work *work)
{
	const struct request_set *set = &work->request.set;
	struct token_update update = {
		.has_lifetime = (set->given & GIVEN_LIFETIME) != 0,
		.lifetime = set->lifetime,
		.has_expires_at = (set->given & GIVEN_EXPIRES_AT) != 0,
		.expires_at = set->expires_at,
		.note = (set->given & GIVEN_NOTE) != 0 ? set->note : NULL,
	};

	for (enum pat_restriction r = 0; r < PAT_RESTRICTIONS; r++)
		if ((set->given & given_restriction(r)) != 0)
			update.restrictions[r] = set->texts[r];
	return work_end(
		work, tokens_set(tokens_of(work), &work->caller, set->id, &update, &work->refusal));
}

enum progress serve_delete(struct work *work)
{
	return work_end(work, tokens_delete(tokens_of(work), &work->caller, work->request.token.id,
				      &work->refusal));
}

/* A REVOKE_ALL under way. */
struct revoke_all {
	char place[TOKENS_CURSOR_MAX]; /* after the last token revoked */
	uint32_t count;
};

/* In slices, each a turn. */
enum progress serve_revoke_all(struct work *work)
{
	const struct request_revoke_all *request = &work->request.revoke_all;
	const bool for_user = (request->given & GIVEN_USER) != 0;
	const struct revocation revocation = {
		.for_a_while = (request->given & GIVEN_PERIOD) != 0,
		.seconds = request->period,
		.reason = (request->given & GIVEN_REASON) != 0 ? request->reason : NULL,
		.end_sessions = (request->given & GIVEN_END_SESSIONS) != 0,
	};
	struct revoke_all *all = work_state(work, sizeof(*all));
	struct answer_count body;
	enum pat_error error;

	if (!all)
		return WORK_ANSWERED;
	error = tokens_revoke_some(tokens_of(work), &work->caller,
		for_user ? request->user : work->caller.user,
		for_user ? request->uid : work->caller.uid, &revocation, all->place, &all->count,
		&work->refusal);
	if (error != PAT_OK)
		return work_refuse(work, error);
	if (all->place[0] != '\0')
		return WORK_GOES_ON;
	body.count = all->count;
	return work_done(work, &body, sizeof(body), -1);
}

/*
 * Whose tokens: *ret_user NULL: everybody's.  Everybody is meant by the flag alone, never by a name
 * that is missing.  False: it is not said, and work is refused.
 */
static bool read_whose(struct work *work, const char **ret_user)
{
	const struct request_disable *disable = &work->request.disable;
	const bool all = (disable->given & GIVEN_ALL) != 0,
		   one = (disable->given & GIVEN_USER) != 0;

	*ret_user = all ? NULL : disable->user;
	return all != one && all == (disable->user[0] == '\0');
}

static enum progress refuse_whose(struct work *work)
{
	return work_refuse_for(
		work, PAT_ERR_INVALID_ARGS, "give the name of a user or all, and not both");
}

enum progress serve_disable(struct work *work)
{
	const struct request_disable *disable = &work->request.disable;
	enum pat_error error;
	const char *user;

	if (!read_whose(work, &user))
		return refuse_whose(work);
	error = tokens_disable(tokens_of(work), &work->caller, user,
		(disable->given & GIVEN_REASON) != 0 ? disable->reason : NULL, &work->refusal);
	if (error == PAT_OK && (disable->given & GIVEN_END_SESSIONS) != 0)
		tokens_end_sessions(tokens_of(work), &work->caller, user);
	return work_end(work, error);
}

enum progress serve_enable(struct work *work)
{
	const char *user;

	if (!read_whose(work, &user))
		return refuse_whose(work);
	return work_end(work, tokens_enable(tokens_of(work), &work->caller, user, &work->refusal));
}
