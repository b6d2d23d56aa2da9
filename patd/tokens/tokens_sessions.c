/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions that tokens open: recorded, listed, and ended. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patd/rules/login_source.h"
#include "patd/rules/validity.h"
#include "patd/tokens/sessions.h"
#include "patd/tokens/tokens_fleet_private.h"
#include "patd/tokens/uses.h"

/* A text from outside, as the history takes it. */
static void take_text(char *to, size_t size, const char *text)
{
	pat_field_cut(to, size, text[0] != '\0' && pat_name_problem(text) ? "?" : text);
}

/* Of a token in that state no session is opened; PAT_ACCEPTED: one may be. */
static enum pat_verdict verdict_in(enum token_state state)
{
	static const enum pat_verdict verdicts[TOKEN_STATES] = {
		[TOKEN_ACTIVE] = PAT_ACCEPTED,
		[TOKEN_REVOKED] = PAT_REVOKED,
		[TOKEN_EXPIRED] = PAT_EXPIRED,
		/* The use that opens the session was its last. */
		[TOKEN_EXHAUSTED] = PAT_ACCEPTED,
		[TOKEN_DISABLED] = PAT_DISABLED,
		[TOKEN_PENDING] = PAT_NOT_YET,
		[TOKEN_STALE] = PAT_STALE,
		[TOKEN_UNKNOWN_ISSUER] = PAT_UNKNOWN_ISSUER,
		[TOKEN_ALTERED] = PAT_WRONG,
		[TOKEN_ENDED] = PAT_ENDED,
	};

	return verdicts[state];
}

/* The token of a session that is opened, and whether that may be. */
static enum pat_verdict judge_session(
	struct tokens *tokens, const struct pat_session *session, struct token *ret_token)
{
	int r = uses_get(tokens, session->id, ret_token);
	enum pat_verdict verdict;
	bool disabled = true;

	if (r == -ENOENT || r == -EBADMSG)
		return PAT_WRONG;
	if (r < 0)
		return PAT_FAILED;
	if (!token_uid_fits(ret_token->uid, session->uid) ||
		strcmp(ret_token->user, session->user) != 0)
		return PAT_OTHER_USER;
	/* A token that is used up is not said to be disabled. */
	if (store_is_disabled(tokens->store, ret_token->user, &disabled) < 0)
		return PAT_FAILED;
	verdict = tokens_fleet_standing(tokens, ret_token->issuer);
	if (verdict == PAT_ACCEPTED)
		verdict = verdict_in(tokens_state(tokens, ret_token));
	return verdict == PAT_ACCEPTED && disabled ? PAT_DISABLED : verdict;
}

/* What logind numbers its sessions with; nothing else reaches a command that an administrator
 * copies.
 */
static void take_logind(char *to, size_t size, const char *id)
{
	static const char allowed[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	pat_field_cut(to, size, id[strspn(id, allowed)] == '\0' ? id : "");
}

static void fill(struct tokens *tokens, const struct pat_session *from, const struct token *token,
	struct session *ret)
{
	char source[sizeof(from->rhost)];

	*ret = (struct session) {
		.pid = from->pid,
		.start_time = from->start_time,
		.token = token->id,
		.uid = from->uid,
		.opened_at = clock_now(tokens->clock),
	};
	login_source(tokens->policy, from->service, from->rhost, from->tty, source);
	pat_field_cut(ret->name, sizeof(ret->name), token->name);
	pat_field_cut(ret->user, sizeof(ret->user), token->user);
	take_text(ret->service, sizeof(ret->service), from->service);
	take_text(ret->rhost, sizeof(ret->rhost), source);
	take_text(ret->tty, sizeof(ret->tty), from->tty);
	take_logind(ret->logind, sizeof(ret->logind), from->logind);
}

/* How many it has open is one of its properties. */
static void notify_token(struct tokens *tokens, const struct pat_id *id)
{
	struct token token;

	if (uses_get(tokens, id->text, &token) == 0)
		tokens_notify(tokens, TOKEN_BULK_CHANGED, &token);
}

static void remove_session(struct tokens *tokens, struct open_session *open)
{
	const struct pat_id id = open->session.token;

	sessions_remove(tokens, open);
	notify_token(tokens, &id);
}

/* Of that user, or of everybody: those whose process has ended are removed. */
static void drop_gone(struct tokens *tokens, const char *user)
{
	struct open_session *next;

	for (struct open_session *open = TAILQ_FIRST(&tokens->sessions->open); open; open = next) {
		next = TAILQ_NEXT(open, entry);
		if ((!user || strcmp(open->session.user, user) == 0) &&
			!session_is_open(&open->session))
			remove_session(tokens, open);
	}
}

/* Where there is no room, those that have ended make some. */
static bool add_session(struct tokens *tokens, const struct session *session)
{
	if (sessions_add(tokens, session))
		return true;
	drop_gone(tokens, tokens->sessions->n < SESSIONS_MAX ? session->user : NULL);
	return sessions_add(tokens, session) != NULL;
}

enum pat_verdict tokens_open_session(struct tokens *tokens, const struct pat_session *session)
{
	struct open_session *open = sessions_find(tokens->sessions, session);
	struct session opened;
	struct token token;
	enum pat_verdict verdict = judge_session(tokens, session, &token);

	if (verdict != PAT_ACCEPTED)
		return verdict;
	if (open) {
		open->opened++;
		return PAT_ACCEPTED;
	}
	fill(tokens, session, &token, &opened);
	/* Of another container, for example: nobody could say when it ends. */
	if (!session_is_open(&opened))
		return PAT_FAILED;
	if (!add_session(tokens, &opened))
		return PAT_BUSY;
	tokens_notify(tokens, TOKEN_BULK_CHANGED, &token);
	return PAT_ACCEPTED;
}

void tokens_close_session(struct tokens *tokens, const struct pat_session *session)
{
	struct open_session *open = sessions_find(tokens->sessions, session);

	if (open && --open->opened == 0)
		remove_session(tokens, open);
}

uint32_t tokens_count_sessions(struct tokens *tokens, const struct pat_id *id)
{
	const struct open_session *open;
	uint32_t n = 0;

	for (open = sessions_first_of(tokens->sessions, id); open; open = sessions_next_of(open))
		n += session_is_open(&open->session);
	return n;
}

/* --- the list --- */

#define REMOVED_MAX 64U /* in one turn of the loop: each is written down */

static const char *query_problem(const struct session_query *query)
{
	return query->id && !pat_id_valid(query->id)
		       ? "token is an id, 10 characters of 0-9, A-Z, a-z"
		       : NULL;
}

static bool wanted(const struct session_query *query, const struct caller *owner,
	const struct session *session)
{
	if (owner && !authority_owns(owner, session->uid, session->user))
		return false;
	return (!query->user || strcmp(query->user, session->user) == 0) &&
	       (!query->id || strcmp(query->id, session->token.text) == 0);
}

/* False if the text is no cursor; "" is before the first. */
static bool parse_cursor(const char *cursor, uint64_t *ret_after)
{
	char *end;

	*ret_after = 0;
	if (cursor[0] == '\0')
		return true;
	errno = 0;
	*ret_after = strtoull(cursor, &end, 10);
	return errno == 0 && cursor[0] >= '1' && cursor[0] <= '9' && *end == '\0';
}

/* With the name that the token has now. */
static void hand_out(
	struct tokens *tokens, const struct session *session, session_fn fn, void *userdata)
{
	struct session named = *session;
	struct token token;

	if (uses_get(tokens, session->token.text, &token) == 0)
		pat_field_cut(named.name, sizeof(named.name), token.name);
	fn(&named, userdata);
}

enum pat_error tokens_list_sessions(struct tokens *tokens, const struct caller *caller,
	const struct session_query *query, session_fn fn, void *userdata,
	char ret_cursor[static TOKENS_CURSOR_MAX], struct refusal *ret_refusal)
{
	uint32_t left = tokens_page_limit(query->limit);
	struct open_session *open, *next;
	uint64_t after, last = 0;
	unsigned int removed = 0;
	bool own;
	enum pat_error error = tokens_allow_list(
		caller, query->user, query->all, query_problem(query), &own, ret_refusal);

	if (error != PAT_OK)
		return error;
	if (!parse_cursor(query->cursor, &after))
		return tokens_refuse(
			PAT_ERR_INVALID_ARGS, "cursor is none that ListSessions gave", ret_refusal);
	ret_cursor[0] = '\0';
	for (open = TAILQ_FIRST(&tokens->sessions->open); open; open = next) {
		next = TAILQ_NEXT(open, entry);
		if (open->session.number <= after ||
			!wanted(query, own ? caller : NULL, &open->session))
			continue;
		if (!session_is_open(&open->session)) {
			if (removed++ < REMOVED_MAX)
				remove_session(tokens, open);
			continue;
		}
		if (left-- == 0) {
			(void)snprintf(ret_cursor, TOKENS_CURSOR_MAX, "%" PRIu64, last);
			break;
		}
		last = open->session.number;
		hand_out(tokens, &open->session, fn, userdata);
	}
	return PAT_OK;
}

/* --- their end --- */

static struct entry end_entry(
	struct tokens *tokens, const struct caller *caller, const struct session *session)
{
	struct entry entry = tokens_entry(tokens, caller, ENTRY_SESSION_ENDED, NULL);

	entry.id = session->token;
	entry.uid = session->uid;
	pat_field_cut(entry.user, sizeof(entry.user), session->user);
	pat_field_cut(entry.name, sizeof(entry.name), session->name);
	pat_field_cut(entry.service, sizeof(entry.service), session->service);
	pat_field_cut(entry.rhost, sizeof(entry.rhost), session->rhost);
	pat_field_cut(entry.tty, sizeof(entry.tty), session->tty);
	(void)snprintf(entry.detail, sizeof(entry.detail), "%s%s%spid %" PRIu32,
		session->logind[0] != '\0' ? "session " : "", session->logind,
		session->logind[0] != '\0' ? ", " : "", session->pid);
	return entry;
}

/* Again where it was to be ended before: it was not, or is just being. */
static void end_session(
	struct tokens *tokens, const struct caller *caller, struct open_session *open)
{
	struct entry entry;

	if (!session_is_open(&open->session)) {
		remove_session(tokens, open);
		return;
	}
	if (!open->session.ending) {
		entry = end_entry(tokens, caller, &open->session);
		sessions_set_ending(tokens, open, true);
		tokens_record(tokens, &entry);
	}
	tokens_notify_session(tokens, &open->session);
}

void tokens_end_sessions_of(
	struct tokens *tokens, const struct caller *caller, const struct pat_id *id)
{
	struct open_session *next;

	for (struct open_session *open = sessions_first_of(tokens->sessions, id); open;
		open = next) {
		next = sessions_next_of(open);
		end_session(tokens, caller, open);
	}
}

/* again: also those that are to be ended already. */
static void end_sessions(
	struct tokens *tokens, const struct caller *caller, const char *user, bool again)
{
	struct open_session *next;

	for (struct open_session *open = TAILQ_FIRST(&tokens->sessions->open); open; open = next) {
		next = TAILQ_NEXT(open, entry);
		if ((!user || strcmp(open->session.user, user) == 0) &&
			(again || !open->session.ending))
			end_session(tokens, caller, open);
	}
}

void tokens_end_sessions(struct tokens *tokens, const struct caller *caller, const char *user)
{
	end_sessions(tokens, caller, user, true);
}

void tokens_end_other_sessions(struct tokens *tokens, const struct caller *caller, const char *user)
{
	end_sessions(tokens, caller, user, false);
}

void tokens_spare_sessions(struct tokens *tokens, const struct pat_id *id, const char *user)
{
	struct open_session *open = TAILQ_FIRST(&tokens->sessions->open);

	for (; open; open = TAILQ_NEXT(open, entry))
		if ((!id || strcmp(open->session.token.text, id->text) == 0) &&
			(!user || strcmp(open->session.user, user) == 0))
			sessions_set_ending(tokens, open, false);
}

static bool has_expired(struct tokens *tokens, const struct session *session)
{
	struct token token;

	return uses_get(tokens, session->token.text, &token) == 0 &&
	       (validity_expired(&token, tokens->policy, clock_now(tokens->clock)) ||
		       tokens_bond_ended(tokens, &token));
}

void tokens_expire_sessions(struct tokens *tokens)
{
	struct open_session *next;

	if (!tokens->policy->expiry_ends_sessions)
		return;
	for (struct open_session *open = TAILQ_FIRST(&tokens->sessions->open); open; open = next) {
		next = TAILQ_NEXT(open, entry);
		if (!open->session.ending && has_expired(tokens, &open->session))
			end_session(tokens, &tokens_patd, open);
	}
}

void tokens_list_ending_sessions(struct tokens *tokens, session_fn fn, void *userdata)
{
	struct open_session *next;

	for (struct open_session *open = TAILQ_FIRST(&tokens->sessions->open); open; open = next) {
		next = TAILQ_NEXT(open, entry);
		if (!open->session.ending)
			continue;
		if (session_is_open(&open->session))
			fn(&open->session, userdata);
		else
			remove_session(tokens, open);
	}
}

static void notify_again(const struct session *session, void *userdata)
{
	tokens_notify_session(userdata, session);
}

void tokens_keep_sessions(struct tokens *tokens)
{
	drop_gone(tokens, NULL);
	sessions_write(tokens);
	/* Of what a token is bound to, nobody tells that it has ended. */
	tokens_expire_sessions(tokens);
	tokens_list_ending_sessions(tokens, notify_again, tokens);
}
