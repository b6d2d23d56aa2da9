/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A login that the rules permit: its use, recorded and counted. */
#include <string.h>

#include "patd/model/sources.h"
#include "patd/rules/login_source.h"
#include "patd/tokens/inquiry.h"
#include "patd/tokens/tokens_fleet_private.h"
#include "patd/tokens/uses.h"
#include "patd/util/log.h"

/* How far the time in the database may lag behind the latest time seen, if only used. */
#define TIME_LAG_S 60

/* A text from outside, as the history takes it. */
static const char *sanitized(const char *text)
{
	return text[0] != '\0' && pat_name_problem(text) ? "?" : text;
}

/* patctl translates it: see patctl/print/output_context.c. */
static const char name_service_detail[] = "the service is in name_services of patd.conf";

/* Or an address that the token permits would seem to be refused for nothing. */
static bool is_refused_as_name(
	const struct policy *policy, const struct pat_request *request, enum pat_verdict verdict)
{
	return verdict == PAT_WRONG_SOURCE && strcmp(request->rhost, SOURCES_UNKNOWN) != 0 &&
	       login_source_is_name(policy, request->service, request->rhost);
}

struct entry tokens_login_entry(struct tokens *tokens, const struct inquiry *inquiry,
	const struct token *token, enum pat_verdict verdict)
{
	const struct pat_request *request = inquiry->request;
	struct entry entry = tokens_entry(tokens, inquiry->caller,
		verdict == PAT_ACCEPTED ? ENTRY_USED : ENTRY_REFUSED, token);

	entry.how = ENTRY_PAM;
	entry.result = verdict;
	pat_field_cut(entry.service, sizeof(entry.service), sanitized(request->service));
	pat_field_cut(entry.rhost, sizeof(entry.rhost), sanitized(request->rhost));
	pat_field_cut(entry.tty, sizeof(entry.tty), sanitized(request->tty));
	if (is_refused_as_name(tokens->policy, request, verdict))
		pat_field_cut(entry.detail, sizeof(entry.detail), name_service_detail);
	if (inquiry->use)
		approval_describe(inquiry->use, &entry);
	if (inquiry->use && verdict == PAT_ACCEPTED)
		claim_describe(inquiry->use, &entry);
	return entry;
}

/* A program of the user's own, which can say what it will of the place; and not a verifier. */
static bool asked_by_owner(const struct caller *caller, const struct token *token)
{
	return caller->uid != 0 && caller->uid == token->uid;
}

/*
 * Whether one more entry of uid's tokens is within that limit.  *ret_left_out: how many were left
 * out before it; stays as it is if this one is, too.
 */
bool tokens_within_limit(
	struct tokens *tokens, struct ratelimit *ratelimit, uint32_t uid, uint64_t *ret_left_out)
{
	if (!ratelimit_take(ratelimit, uid, clock_since_boot_us(tokens->clock)))
		return false;
	*ret_left_out = ratelimit_refused(ratelimit, uid);
	return true;
}

/* Whether a login comes into the history, or there are too many like it, of that user's tokens. */
bool tokens_should_record(struct tokens *tokens, const struct caller *caller,
	const struct token *token, enum pat_verdict verdict, uint64_t *ret_left_out)
{
	bool strict = verdict != PAT_ACCEPTED || asked_by_owner(caller, token);
	struct ratelimit *ratelimit = verdict == PAT_ROTATED ? &tokens->alerts
				      : strict               ? &tokens->refusals
							     : &tokens->uses;

	return tokens_within_limit(tokens, ratelimit, token->uid, ret_left_out);
}

/*
 * Whether a login is from where the token was used last: then nothing of it is new.  Of a use that
 * is local or of an unknown source that is not known, as the owner's own program may have reported
 * it.
 */
static bool same_place(const struct token *token, const struct pat_request *request)
{
	char last[SOURCES_NETWORK_MAX], network[SOURCES_NETWORK_MAX];

	if (token->last_used_at == 0 || token->last_used_from[0] == '\0' ||
		strcmp(token->last_used_from, SOURCES_UNKNOWN) == 0 ||
		strcmp(token->last_used_service, sanitized(request->service)) != 0)
		return false;
	sources_network(token->last_used_from, last);
	sources_network(sanitized(request->rhost), network);
	return strcmp(last, network) == 0;
}

/* What is recorded of a use, beside the token. */
struct record {
	bool has_entry, has_seen;
	struct entry entry;
	struct seen seen; /* where it was used, which is new */
};

static void look_up_place(struct tokens *tokens, const struct candidate *candidate,
	const char *network, struct record *record)
{
	if (history_look(tokens->history, &record->entry, network, &record->seen) < 0)
		log_error("cannot look up whether token %s was used there before",
			candidate->token.id.text);
	else if (!record->entry.new_service && !record->entry.new_network)
		recent_learn(candidate->recent, record->entry.service, network);
}

static void describe_use(struct tokens *tokens, const struct inquiry *inquiry,
	const struct candidate *candidate, struct record *ret)
{
	const struct pat_request *request = inquiry->request;
	const struct token *token = &candidate->token;
	char network[SOURCES_NETWORK_MAX];
	uint64_t left_out = 0;

	/* Remembered in any case, or the next use from there would be the first. */
	bool worth = tokens_should_record(tokens, inquiry->caller, token, PAT_ACCEPTED, &left_out);
	bool known = asked_by_owner(inquiry->caller, token) || same_place(token, request);

	ret->has_entry = ret->has_seen = false;
	sources_network(sanitized(request->rhost), network);
	known = known || recent_knows(candidate->recent, sanitized(request->service), network);
	if (!worth && known)
		return;
	ret->entry = tokens_login_entry(tokens, inquiry, token, PAT_ACCEPTED);
	ret->entry.unrecorded = left_out;
	if (!known)
		look_up_place(tokens, candidate, network, ret);
	ret->has_seen = ret->entry.new_service || ret->entry.new_network;
	/* No flood of ordinary logins hides one from a new place. */
	ret->has_entry = worth || (ret->has_seen && ratelimit_take(&tokens->new_places, token->uid,
							    clock_since_boot_us(tokens->clock)));
}

/*
 * What a use changes.  The address that the owner's own program reports is not kept: who has stolen
 * the token here could first make the place known that he then comes from.
 */
static void count_use(struct tokens *tokens, const struct inquiry *inquiry,
	const struct candidate *candidate, struct token *token)
{
	const struct pat_request *request = inquiry->request;
	const bool kept = !asked_by_owner(inquiry->caller, token) || request->rhost[0] == '\0';
	const char *from = kept ? sanitized(request->rhost) : SOURCES_UNKNOWN;

	token->uses++;
	token->last_used_at = clock_now(tokens->clock);
	pat_field_cut(token->last_used_service, sizeof(token->last_used_service),
		sanitized(request->service));
	pat_field_cut(token->last_used_from, sizeof(token->last_used_from), from);
	if (candidate->matches)
		token->former_until = 0;
}

static int gather(struct tokens *tokens, const struct token *token, struct record *record)
{
	int r = uses_gather(tokens, token, record->has_entry ? &record->entry : NULL,
		record->has_seen ? &record->seen : NULL);

	if (r == 0 && token->last_used_at - tokens->time_stored >= TIME_LAG_S)
		tokens_store_time(tokens, token->last_used_at);
	return r;
}

/* Written down with those of other logins. */
static void record_use(struct tokens *tokens, const struct token *token, struct record *record)
{
	if (gather(tokens, token, record) < 0)
		log_error("the use of token %s could not be recorded", token->id.text);
	if (record->has_entry)
		tokens_notify_entry(tokens, &record->entry);
}

/*
 * Whether the new secret was presented, and the end of the former one is not on disk: it still
 * works, or works again after a power cut, or after a kill and a clock set back.
 */
static bool ends_former(const struct tokens *tokens, const struct candidate *candidate)
{
	const struct token *token = &candidate->token;

	return candidate->matches && token->rotations > 0 &&
	       (token->former_until > tokens->time_stored || uses_ending(tokens));
}

/*
 * A use could not be written down.  The journal gets it all the same.  No limit is exceeded, and no
 * two secrets of a token work, once the login goes on.  ends: see ends_former().
 */
static enum pat_verdict judge_unrecorded(
	struct tokens *tokens, const struct token *token, bool ends, struct record *record)
{
	const bool refused = ends || token->limits.max_uses != 0;

	record->entry.seq = 0;
	if (refused) {
		record->entry.event = ENTRY_REFUSED;
		record->entry.result = PAT_FAILED;
	}
	if (record->has_entry)
		tokens_notify_entry(tokens, &record->entry);
	if (ends)
		log_error("a login with the new secret of token %s is refused: the end of the "
			  "former secret could not be recorded",
			token->id.text);
	else if (!refused)
		log_error("the use of token %s could not be recorded", token->id.text);
	return refused ? PAT_FAILED : PAT_ACCEPTED;
}

/*
 * A use that must be on disk before the login goes on.  It counts at once, for every later verdict,
 * and is written down here; if it cannot be, it does not count, and is refused where something
 * depends on it.  If it is, and its sync fails, it is refused and counts.
 */
static enum pat_verdict record_durably(struct tokens *tokens, const struct candidate *candidate,
	const struct token *token, struct record *record, struct later *later)
{
	/* Before the time is gathered, too, which may not be written either. */
	const bool ends = ends_former(tokens, candidate);
	struct use_point point = { 0 };

	/* There is no loop to wait in. */
	if (!tokens->usage_sync)
		later = NULL;
	if (later && !later->defer(later->userdata))
		return PAT_BUSY;
	if (later)
		later->deferred = true;
	if (gather(tokens, token, record) < 0)
		return judge_unrecorded(tokens, &candidate->token, ends, record);
	if (uses_write_down(tokens, &point) < 0) {
		uses_take_back(tokens, &candidate->token, record->has_entry);
		tokens->time_stored = 0; /* what is stored may be older than we thought */
		return judge_unrecorded(tokens, &candidate->token, ends, record);
	}
	if (candidate->token.former_until != token->former_until)
		uses_note_ending(tokens, &point);
	if (later)
		later->point = point;
	if (later && point.in_log)
		usage_sync_hurry(tokens->usage_sync);
	if (record->has_entry)
		tokens_notify_entry(tokens, &record->entry);
	return later || uses_sync_now(tokens, &point) == 0 ? PAT_ACCEPTED : PAT_FAILED;
}

/* PAT_ACCEPTED, or why not after all. */
enum pat_verdict tokens_accept(struct tokens *tokens, const struct inquiry *inquiry,
	const struct candidate *candidate, struct later *later)
{
	struct token token = candidate->token;
	/* A limit holds only if each use is written down; and the new secret ends the old one. */
	bool must_last = token.limits.max_uses != 0 || tokens->policy->usage_sync_full ||
			 ends_former(tokens, candidate);
	enum pat_verdict verdict = PAT_ACCEPTED;
	struct record record;

	describe_use(tokens, inquiry, candidate, &record);
	count_use(tokens, inquiry, candidate, &token);
	if (must_last)
		verdict = record_durably(tokens, candidate, &token, &record, later);
	else
		record_use(tokens, &token, &record);
	if (verdict == PAT_ACCEPTED)
		tokens_notify(tokens, TOKEN_USED, &token);
	if (verdict == PAT_ACCEPTED && token.issuer[0] != '\0')
		fleet_tell_used(tokens, &token);
	return verdict;
}
