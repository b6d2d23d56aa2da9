/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verdict on a request at a verification socket, and what it would be, for Check. */
#include <inttypes.h>
#include <string.h>

#include "patd/rules/evaluation.h"
#include "patd/rules/login_source.h"
#include "patd/rules/validity.h"
#include "patd/tokens/tokens_fleet_private.h"
#include "patd/tokens/uses.h"
#include "patd/tokens/waiting_uses.h"
#include "patd/util/log.h"

/* Once a login was refused as expired, it stays so, whatever the clock says later. */
static void record_end(struct tokens *tokens, const struct token *token, uint64_t now)
{
	if (tokens->time_stored < validity_end(token, tokens->policy))
		tokens_store_time(tokens, now);
}

/* The same of a former secret, once its grace period is over. */
static void record_end_of_grace(struct tokens *tokens, const struct token *token, uint64_t now)
{
	if (token->former_until <= now && tokens->time_stored < token->former_until)
		tokens_store_time(tokens, now);
}

enum pat_verdict tokens_judge(
	struct tokens *tokens, const struct candidate *candidate, const struct pat_request *request)
{
	struct attempt attempt = {
		.token = &candidate->token,
		.policy = tokens->policy,
		.now = clock_now(tokens->clock),
		.wall = clock_wall(tokens->clock),
		.standing = tokens_fleet_standing(tokens, candidate->token.issuer),
		.host = tokens_fleet_host(tokens),
		.uid = request->uid,
		.user = request->user,
		.service = request->service,
		.rhost = request->rhost,
		.account = request->account,
	};

	attempt.replaced = candidate_replaced(candidate, attempt.now);
	attempt.ended = tokens_bond_ended(tokens, &candidate->token);
	if (store_is_disabled(tokens->store, candidate->token.user, &attempt.disabled) < 0)
		return PAT_FAILED;
	return verdict_of(&attempt);
}

#define CLOCK_LOGGED_US (UINT64_C(3600) * 1000000) /* once in so long */

/* The person learns that it is the clock; this is for who can mend it. */
static void log_wrong_clock(struct tokens *tokens)
{
	const uint64_t now_us = clock_since_boot_us(tokens->clock);

	if (tokens->clock_logged_us != 0 && now_us - tokens->clock_logged_us < CLOCK_LOGGED_US)
		return;
	tokens->clock_logged_us = now_us;
	log_warning("tokens with login hours are refused: the clock is %" PRIu64 " seconds behind "
		    "the latest time that patd has seen, so one of the two is wrong.  Correct the "
		    "clock; if it is correct, reset the time of patd: see patd(8), NOTES, Clock",
		clock_now(tokens->clock) - clock_wall(tokens->clock));
}

static void refuse(struct tokens *tokens, const struct inquiry *inquiry, struct token *token,
	enum pat_verdict verdict)
{
	struct entry entry = tokens_login_entry(tokens, inquiry, token, verdict);
	uint64_t now = clock_now(tokens->clock);
	struct refusal ignored;
	struct token kept;

	if (verdict == PAT_WRONG_CLOCK)
		log_wrong_clock(tokens);
	if (verdict == PAT_EXPIRED)
		record_end(tokens, token, now);
	else if (verdict == PAT_ROTATED)
		record_end_of_grace(tokens, token, now);
	if (tokens_should_record(tokens, inquiry->caller, token, verdict, &entry.unrecorded))
		tokens_record(tokens, &entry);
	if (verdict != PAT_REVOKED || validity_revoked(token, now))
		return;
	tokens_look_at_clock(tokens);
	/* As it is kept: see settle_uid(). */
	if (tokens_certainly_unused(tokens, token) &&
		uses_get(tokens, token->id.text, &kept) == 0 &&
		tokens_revoke_unused(tokens, &kept, &ignored) != PAT_OK)
		log_error("token %s, unused for too long, could not be revoked", token->id.text);
}

/*
 * All that the rules permit is accepted, but for a token whose uses need an approval, or are
 * counted elsewhere: then the use waits for that, and *later says so.  The claim is the last, so
 * that no use is spent for nothing.
 */
static enum pat_verdict accept(struct tokens *tokens, const struct inquiry *inquiry,
	const struct candidate *candidate, struct later *later, struct pat_reply *reply)
{
	const struct token *token = &candidate->token;
	const bool asks = token->limits.confirm && !(inquiry->use && inquiry->use->answered);
	struct entry entry;

	if (!asks && !claim_needed(token, inquiry->use))
		return tokens_accept(tokens, inquiry, candidate, later);
	/* A person is shown the texts that the history will have. */
	entry = tokens_login_entry(tokens, inquiry, token, PAT_ASKED);
	return asks ? approval_ask(tokens, inquiry, token, &entry, later, &reply->expires_at)
		    : claim_ask(tokens, inquiry, token, &entry, later);
}

/*
 * Whether the verdict is a refusal for the history.  A use that was not counted is refused, though
 * its token is not.
 */
static bool is_refusal(enum pat_verdict verdict, const struct later *later)
{
	if (later && later->use[0] != '\0')
		return false;
	return verdict != PAT_ACCEPTED &&
	       (!verdict_row(verdict)->undecided || verdict == PAT_UNCLAIMED);
}

/*
 * A token that is bound to a name alone is, for this login and all that is recorded of it, of the
 * uid that has the name here.
 */
static void settle_uid(const struct pat_request *request, struct token *token)
{
	if (token->uid != TOKEN_UID_ANY || strcmp(token->user, request->user) != 0)
		return;
	token->uid = request->uid;
	if (token->created_by == TOKEN_UID_ANY)
		token->created_by = request->uid;
}

enum pat_verdict tokens_decide_on(struct tokens *tokens, const struct inquiry *inquiry,
	struct candidate *candidate, struct later *later, struct pat_reply *reply)
{
	enum pat_verdict verdict;

	settle_uid(inquiry->request, &candidate->token);
	verdict = tokens_judge(tokens, candidate, inquiry->request);
	if (verdict == PAT_ACCEPTED && inquiry->use)
		verdict = inquiry->use->word;
	if (verdict == PAT_ACCEPTED)
		verdict = accept(tokens, inquiry, candidate, later, reply);
	if (is_refusal(verdict, later))
		refuse(tokens, inquiry, &candidate->token, verdict);
	if (verdict == PAT_ACCEPTED || verdict == PAT_EXPIRED)
		reply->expires_at = validity_end(&candidate->token, tokens->policy);
	if (verdict == PAT_ACCEPTED && !candidate->matches)
		reply->replaced_until = candidate->token.former_until;
	return verdict;
}

/* inquiry: rhost of its request is the source, see patd/rules/login_source.h */
static enum pat_verdict decide(struct tokens *tokens, const struct inquiry *inquiry,
	struct later *later, struct pat_reply *reply)
{
	const struct pat_request *request = inquiry->request;
	struct candidate candidate;

	if (candidate_load(tokens, request->id, &request->digest, &candidate) < 0)
		return PAT_FAILED;
	if (!candidate_secret_known(&candidate))
		return PAT_WRONG;
	return tokens_decide_on(tokens, inquiry, &candidate, later, reply);
}

static bool may_ask(
	const struct tokens *tokens, uint32_t caller_uid, const struct pat_request *request)
{
	return caller_uid == 0 || caller_uid == request->uid ||
	       policy_verifier(tokens->policy, caller_uid, request->service);
}

/*
 * Of a caller who may not ask: a service account without its section in patd.conf, or a thief.  Who
 * has not the secret of a token writes nothing about it, and the reply says nothing either way.
 * What these callers write counts apart, so that it hides no other refusal.
 */
static void record_stranger(struct tokens *tokens, const struct inquiry *inquiry)
{
	const struct pat_request *request = inquiry->request;
	struct candidate candidate;
	struct entry entry;

	if (candidate_load(tokens, request->id, &request->digest, &candidate) < 0 ||
		!candidate_secret_known(&candidate))
		return;
	entry = tokens_login_entry(tokens, inquiry, &candidate.token, PAT_NOT_ALLOWED);
	if (tokens_within_limit(tokens, &tokens->strangers, candidate.token.uid, &entry.unrecorded))
		tokens_record(tokens, &entry);
}

void tokens_verify(struct tokens *tokens, uint32_t caller_uid, const struct pat_request *request,
	struct pat_reply *ret_reply)
{
	tokens_verify_later(tokens, caller_uid, request, NULL, ret_reply);
}

void tokens_verify_later(struct tokens *tokens, uint32_t caller_uid,
	const struct pat_request *request, struct later *later, struct pat_reply *ret_reply)
{
	const struct caller caller = { .uid = caller_uid };
	struct pat_request located = *request;
	const struct inquiry inquiry = { &caller, &located, NULL };

	login_source(tokens->policy, request->service, request->rhost, request->tty, located.rhost);
	*ret_reply = (struct pat_reply) { .magic = PAT_REPLY_MAGIC, .verdict = PAT_NOT_ALLOWED };
	if (may_ask(tokens, caller_uid, request))
		ret_reply->verdict = decide(tokens, &inquiry, later, ret_reply);
	else
		record_stranger(tokens, &inquiry);
}

enum pat_error tokens_check(struct tokens *tokens, const struct caller *caller,
	const struct pat_id *id, const struct pat_digest *digest, const char *service,
	const char *rhost, uint32_t account, enum pat_verdict ret_verdicts[static PAT_VERDICTS],
	unsigned int *ret_n, struct refusal *ret_refusal)
{
	struct attempt attempt = {
		.policy = tokens->policy,
		.now = clock_now(tokens->clock),
		.wall = clock_wall(tokens->clock),
		.service = service,
		.rhost = rhost,
		.account = account,
	};
	char source[sizeof(((struct pat_request *)0)->rhost)];
	struct candidate candidate;
	int r = candidate_load(tokens, id->text, digest, &candidate);
	bool own;

	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	own = authority_owns(caller, candidate.token.uid, candidate.token.user);
	/* Others do not learn whether there is such a token. */
	if (!candidate_secret_known(&candidate) ||
		authority_lacks(caller, OP_CHECK, own) != ACTION_NONE)
		return tokens_refuse(PAT_ERR_NOT_FOUND, NULL, ret_refusal);
	r = store_is_disabled(tokens->store, candidate.token.user, &attempt.disabled);
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	if (rhost) {
		login_source(tokens->policy, service, rhost, NULL, source);
		attempt.rhost = source;
	}
	attempt.token = &candidate.token;
	attempt.standing = tokens_fleet_standing(tokens, candidate.token.issuer);
	attempt.host = tokens_fleet_host(tokens);
	attempt.replaced = candidate_replaced(&candidate, attempt.now);
	attempt.ended = tokens_bond_ended(tokens, &candidate.token);
	*ret_n = verdict_all(&attempt, ret_verdicts);
	if (*ret_n < PAT_VERDICTS && claim_needed(&candidate.token, NULL) &&
		!fleet_reaches_hub(tokens))
		ret_verdicts[(*ret_n)++] = PAT_UNCLAIMED;
	return PAT_OK;
}
