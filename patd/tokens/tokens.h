/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The use cases, which the bus and the verification sockets call: operations on tokens, for a
 * caller, and the verdict on a login.  It knows neither D-Bus nor SQL nor sockets, and its
 * time comes from a clock that a test sets.
 *
 * Functions return PAT_OK, or why they refuse, with more about it in *ret_refusal.  Every reply of
 * one that changes tokens, or refuses to, waits for the sync_point() after it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/bus.h"
#include "common/error.h"
#include "common/wire.h"
#include "patd/crypto/key.h"
#include "patd/db/sync.h"
#include "patd/history/history.h"
#include "patd/model/approval.h"
#include "patd/model/session.h"
#include "patd/model/token.h"
#include "patd/policy/policy.h"
#include "patd/rules/authority.h"
#include "patd/store/store.h"
#include "patd/util/clock.h"
#include "patd/util/lifespan.h"

struct tokens;

struct refusal {
	const char *why;   /* a sentence for a person, static */
	enum action lacks; /* with PAT_ERR_DENIED: what, if granted, would change that */
	enum operation operation;
};

/* Called at once, before the caller who caused it gets a reply. */
typedef void (*token_event_fn)(enum token_event event, const struct token *token, void *userdata);
/* The same for an entry of the history, also for one that could not be written. */
typedef void (*entry_fn)(const struct entry *entry, void *userdata);

/* A use waits for a person's word from now on; or it does so no more. */
typedef void (*approval_fn)(const struct approval *approval, bool waits, void *userdata);

/* A session; as a listener: it is to be ended. */
typedef void (*session_fn)(const struct session *session, void *userdata);

struct token_listener {
	token_event_fn token; /* NULL: not interested */
	entry_fn entry;
	approval_fn approval;
	session_fn session;
	void *userdata;
};

struct token_request {
	const char *name;
	uint32_t uid; /* of the owner */
	const char *user;
	bool has_lifetime, has_expires_at; /* neither: PAT_LIFETIME_DEFAULT */
	uint64_t lifetime;                 /* seconds from now */
	uint64_t expires_at;               /* 0: never */
	struct restriction_value restrictions[PAT_RESTRICTIONS];
	const char *note; /* NULL or "": none */
	bool fleet;       /* good on other machines, too: see doc/fleet.md */
};

/* What a token shall be from now on; what is not given stays. */
struct token_update {
	bool has_lifetime, has_expires_at; /* as of a token_request */
	uint64_t lifetime, expires_at;
	/* NULL: stays; "": it is restricted no more.  Numbers cannot be changed. */
	const char *restrictions[PAT_RESTRICTIONS];
	const char *note; /* NULL: stays; "": none */
};

struct revocation {
	bool for_a_while;   /* a suspension, */
	uint64_t seconds;   /* which ends by itself after so many */
	const char *reason; /* NULL: none */
	bool end_sessions;  /* that the tokens have opened, also where nothing else changes */
};

struct rotation {
	uint64_t grace;                    /* seconds that the secret before works on */
	bool has_lifetime, has_expires_at; /* neither: the expiration stays */
	uint64_t lifetime, expires_at;     /* as of a token_request */
	bool end_sessions;                 /* only without grace */
};

struct token_query {
	const char *user; /* NULL: the caller's own, unless all */
	bool all;         /* every user's */
	bool fleet;       /* fleet tokens alone */
	/* NULL: any */
	const char *name;
	const char *name_pattern; /* see patd/util/item.h */
	const char *id_prefix;
	const char *state;    /* token_state_text() */
	const char *service;  /* last used through it */
	const char *good_for; /* a service that its restrictions permit */
	bool has_unused_since, has_expiring_before;
	uint64_t unused_since, expiring_before;
	const char *cursor; /* "": from the start */
	uint32_t limit;     /* see tokens_page_limit() */
	uint32_t effort;    /* how many tokens to look at; 0: as many as one call may */
};

/* Of the text of a cursor, with the NUL. */
#define TOKENS_CURSOR_MAX                                                                          \
	(TOKEN_USER_BYTES_MAX + FLEET_NAME_LEN_MAX + PAT_NAME_BYTES_MAX + sizeof(":4294967295@:"))

/*
 * Rules over the given database, key, clock and policy, all of which must outlive them.  Checks
 * that the key is the one the database was written with; -EKEYREJECTED if not, -ENOMEM, or the
 * database's errors.
 */
int tokens_new(struct database *database, const struct key *key, struct clock *clock,
	const struct policy *policy, struct tokens **ret_tokens);
void tokens_free(struct tokens *tokens);

void tokens_set_policy(struct tokens *tokens, const struct policy *policy);
/* Where to look whether what a token is bound to still is; the machine's at first.  Must outlive.
 */
void tokens_set_lifespans(struct tokens *tokens, const struct lifespans *lifespans);
const struct policy *tokens_policy(const struct tokens *tokens);

/*
 * What is said in place of error and its refusal, or of a success, if the sync that it waited for
 * failed.
 */
enum pat_error tokens_refuse_unsynced(enum pat_error error, struct refusal *ret_refusal);

/* listener, which must stay, is notified of everything; there can be TOKENS_LISTENERS_MAX. */
#define TOKENS_LISTENERS_MAX 3
void tokens_listen(struct tokens *tokens, const struct token_listener *listener);
void tokens_unlisten(struct tokens *tokens, const struct token_listener *listener);

/* Once after a restore from a backup, when those who want to know of entries listen. */
void tokens_record_restore(struct tokens *tokens);

/*
 * Whether the caller may have such a token, as far as can be said before request->user is looked
 * up, and before polkit is asked.  request->uid need not be set.
 */
enum pat_error tokens_may_generate(struct tokens *tokens, const struct caller *caller,
	const struct token_request *request, struct refusal *ret_refusal);

/*
 * The new token, and the secret that is shown once: the caller owns secret, in memory that is
 * wiped, and wipes it.
 */
enum pat_error tokens_generate(struct tokens *tokens, const struct caller *caller,
	const struct token_request *request, struct token *ret_token,
	char secret[static PAT_TOKEN_LEN + 1], struct refusal *ret_refusal);

/* A token that the caller may see: its own.  All others are PAT_ERR_NOT_FOUND alike. */
enum pat_error tokens_find(struct tokens *tokens, const struct caller *caller, const char *id,
	struct token *ret_token, struct refusal *ret_refusal);

/* For a token that is not the caller's, and one that does not exist, PAT_ERR_DENIED alike. */
enum pat_error tokens_revoke(struct tokens *tokens, const struct caller *caller, const char *id,
	const struct revocation *revocation, struct refusal *ret_refusal);
enum pat_error tokens_restore(struct tokens *tokens, const struct caller *caller, const char *id,
	struct refusal *ret_refusal);
enum pat_error tokens_rename(struct tokens *tokens, const struct caller *caller, const char *id,
	const char *name, struct refusal *ret_refusal);
enum pat_error tokens_delete(struct tokens *tokens, const struct caller *caller, const char *id,
	struct refusal *ret_refusal);

/*
 * Changes what is given, in one step.  On one's own it is free as far as it only takes access away:
 * see patd/rules/narrowing.h.
 */
enum pat_error tokens_set(struct tokens *tokens, const struct caller *caller, const char *id,
	const struct token_update *update, struct refusal *ret_refusal);

/* A new secret, as tokens_generate() hands it out, and perhaps another expiration. */
#define TOKENS_GRACE_DEFAULT (UINT64_C(24) * 3600)
enum pat_error tokens_rotate(struct tokens *tokens, const struct caller *caller, const char *id,
	const struct rotation *rotation, char secret[static PAT_TOKEN_LEN + 1],
	struct refusal *ret_refusal);

/*
 * Revokes some of the user's tokens, in the order of lists, after *place, a
 * cursor ("": from the first), and adds to *count how many it did.  *place is "" again when all
 * are.
 */
enum pat_error tokens_revoke_some(struct tokens *tokens, const struct caller *caller,
	const char *user, uint32_t uid, const struct revocation *revocation,
	char place[static TOKENS_CURSOR_MAX], uint32_t *count, struct refusal *ret_refusal);

/* user NULL: everybody.  An empty name, or one that is too long, is no user's. */
enum pat_error tokens_disable(struct tokens *tokens, const struct caller *caller, const char *user,
	const char *reason, struct refusal *ret_refusal);
enum pat_error tokens_enable(struct tokens *tokens, const struct caller *caller, const char *user,
	struct refusal *ret_refusal);
enum pat_error tokens_list_disabled(struct tokens *tokens, const struct caller *caller,
	disabled_fn fn, void *userdata, struct refusal *ret_refusal);

/*
 * What the verdict would be, for the owner and uid 0; uses nothing.  service, rhost: NULL if
 * not asked about; rhost "" is "local".  account: bits of enum pat_account, PAT_ACCOUNT_SEEN if
 * nobody looked.  Hands out at most PAT_VERDICTS; none: accepted.
 */
enum pat_error tokens_check(struct tokens *tokens, const struct caller *caller,
	const struct pat_id *id, const struct pat_digest *digest, const char *service,
	const char *rhost, uint32_t account, enum pat_verdict ret_verdicts[static PAT_VERDICTS],
	unsigned int *ret_n, struct refusal *ret_refusal);

/* Whether the caller may have a backup, which has the key in it. */
enum pat_error tokens_may_backup(const struct caller *caller, struct refusal *ret_refusal);

/* Whether the caller may follow what happens to tokens: its own, or everybody's. */
enum pat_error tokens_may_follow(
	const struct caller *caller, bool all, struct refusal *ret_refusal);

/* How many rows a page has at most, if so many are asked for. */
static inline uint32_t tokens_page_limit(uint32_t limit)
{
	return limit == 0 || limit > PAT_PAGE_MAX ? PAT_PAGE_MAX : limit;
}

/*
 * One page, row by row to fn (see patd/store/store.h).  Writes "" to ret_cursor after the last
 * page. Looks at a bounded number of tokens, so that a page may be short and not the last.
 */
enum pat_error tokens_list(struct tokens *tokens, const struct caller *caller,
	const struct token_query *query, list_row_fn fn, void *userdata,
	char ret_cursor[static TOKENS_CURSOR_MAX], struct refusal *ret_refusal);

/*
 * How many rows the last tokens_list() skipped because patd cannot have written them.  They are
 * accepted for nothing, and can only be deleted.
 */
uint64_t tokens_listed_damaged(const struct tokens *tokens);

/* The time by which tokens expire. */
uint64_t tokens_now(struct tokens *tokens);

/*
 * Notifies the listeners of tokens after *place whose deadline has passed, and moves *place
 * there.  A call handles some of them: *ret_next is when to call again, at once if that has
 * passed; 0: not before there are other tokens.
 */
int tokens_notify_deadlines(struct tokens *tokens, enum deadline deadline,
	struct deadline_place *place, uint64_t *ret_next);

/* The place to begin at, so that only deadlines from now on are notified of. */
struct deadline_place tokens_deadlines_from(const struct tokens *tokens, enum deadline deadline);

/* When the token next changes by itself, and when it expires under the policy; 0: never. */
uint64_t tokens_next_deadline(struct tokens *tokens, const struct token *token);
uint64_t tokens_end(struct tokens *tokens, const struct token *token);
/* As of now. */
bool tokens_revoked(struct tokens *tokens, const struct token *token);
enum token_state tokens_state(struct tokens *tokens, const struct token *token);

/* --- uses that wait for an approval --- */

#define APPROVALS_MAX 64U         /* at a time, */
#define APPROVALS_MAX_PER_USER 8U /* and of one user's tokens */

/*
 * The uses that wait, the oldest first: of the caller's tokens, or of all.  id: that one alone; "":
 * any.
 */
enum pat_error tokens_list_approvals(struct tokens *tokens, const struct caller *caller, bool all,
	const char *id, approval_fn fn, void *userdata, struct refusal *ret_refusal);

/*
 * The word about one.  PAT_ERR_NOT_ACTIVE: the token is refused by now, for another reason, which
 * the login is told.
 */
enum pat_error tokens_answer_approval(struct tokens *tokens, const struct caller *caller,
	const char *id, bool approve, struct refusal *ret_refusal);

/* The process that asks, without which nobody is told of the use.  -ENOENT: it waits no more. */
int tokens_describe_approval(
	struct tokens *tokens, const char *id, const struct pat_process *process);

/* --- uses that wait, for an approval, or for their claim: see doc/fleet.md --- */

/* Claims at a time, as many as patd-fleet asks the hub for; and of one user's tokens. */
#define CLAIMS_MAX 64U
#define CLAIMS_MAX_PER_USER 32U

/*
 * Called when one is decided, or its time is over.  Whoever waits for it, and nobody else, calls
 * tokens_conclude_use() at once, and returns the verdict.
 */
typedef enum pat_verdict (*use_decided_fn)(const char *id, void *userdata);
void tokens_on_use_decided(struct tokens *tokens, use_decided_fn fn, void *userdata);

/* Nobody waits for that use any more: it is refused. */
void tokens_abandon_use(struct tokens *tokens, const char *id);

/* Refuses those whose time is over.  In how many microseconds the next one's is; 0: none waits. */
uint64_t tokens_expire_waiting(struct tokens *tokens);

/* Refuses those that are not to be accepted any more, as after a revocation. */
void tokens_recheck_waiting(struct tokens *tokens);

/* --- sessions that tokens have opened --- */

#define SESSIONS_MAX 4096U          /* open at a time, */
#define SESSIONS_MAX_PER_USER 1024U /* and of one user */

/*
 * A token opens a session, in a process of root's, which has said so.  PAT_ACCEPTED: it is
 * recorded; or why there must be none: PAT_WRONG if there is no such token of that user, PAT_BUSY
 * if too many are open.
 */
enum pat_verdict tokens_open_session(struct tokens *tokens, const struct pat_session *session);
/* It closes.  One that is not recorded is allowed. */
void tokens_close_session(struct tokens *tokens, const struct pat_session *session);

struct session_query {
	const char *user;   /* NULL: the caller's own, unless all */
	bool all;           /* every user's */
	const char *id;     /* of a token; NULL: any */
	const char *cursor; /* "": from the start */
	uint32_t limit;     /* see tokens_page_limit() */
};

/* One page, as tokens_list(), the oldest first; what has ended meanwhile is not in it. */
enum pat_error tokens_list_sessions(struct tokens *tokens, const struct caller *caller,
	const struct session_query *query, session_fn fn, void *userdata,
	char ret_cursor[static TOKENS_CURSOR_MAX], struct refusal *ret_refusal);

/* How many sessions that the token has opened are open. */
uint32_t tokens_count_sessions(struct tokens *tokens, const struct pat_id *id);

/*
 * Ends all of the user's, or everybody's if user is NULL: for a caller who has disabled them.  How
 * is up to who listens.
 */
void tokens_end_sessions(struct tokens *tokens, const struct caller *caller, const char *user);

/*
 * To be called now and then: forgets those that have ended, writes down what is not, and tells who
 * listens again of those that are to be ended.
 */
void tokens_keep_sessions(struct tokens *tokens);

/* Those that are to be ended, and are open. */
void tokens_list_ending_sessions(struct tokens *tokens, session_fn fn, void *userdata);

/* When a use is on disk; number 0: it need not be, or never will. */
struct use_point {
	bool in_log; /* in the usage log, else in the database */
	uint64_t number;
};

/*
 * How a verdict is given later.  defer(): whether the reply can wait; called once at most.  Then
 * *ret_reply is to be sent when tokens_use_state() of point is SYNC_DONE; where it is SYNC_FAILED,
 * PAT_FAILED: the use counts all the same.  But where `use` is set, that use is decided later, by
 * tokens_conclude_use(), and *ret_reply is sent only if it is PAT_ASKED.
 */
struct later {
	bool (*defer)(void *userdata);
	void *userdata;
	bool deferred;
	struct use_point point;
	char use[APPROVAL_ID_LEN + 1]; /* which waits, for a word or a claim; "": none does */
};

/*
 * The verdict on a use that has waited, after its use_decided_fn was called; as
 * tokens_verify_later(), whose connection waits already.  later->use: it waits on.
 */
void tokens_conclude_use(
	struct tokens *tokens, const char *id, struct later *later, struct pat_reply *ret_reply);

/*
 * The verdict on a request that passed pat_request_check().  caller_uid: who asks.  The use of
 * an accepted token is recorded, and written down by tokens_commit_usage(): reply after that.
 */
void tokens_verify_later(struct tokens *tokens, uint32_t caller_uid,
	const struct pat_request *request, struct later *later, struct pat_reply *ret_reply);
/* The same at once: what must be on disk is so at the return. */
void tokens_verify(struct tokens *tokens, uint32_t caller_uid, const struct pat_request *request,
	struct pat_reply *ret_reply);

/*
 * Writes down what was recorded since the last call, so that it survives a kill of patd.  A failure
 * is logged and refuses nobody: an unlimited token logs in on a full disk, too.
 */
void tokens_commit_usage(struct tokens *tokens);

/*
 * From now on uses are put on disk, and into the database, within a second, by a thread and timers
 * of the loop.  After sync_new().  tokens_stop(): before the loop ends.  NULL is allowed.
 */
int tokens_start(struct tokens *tokens, sd_event *event);
void tokens_stop(struct tokens *tokens);

/*
 * Writes uses into the database at once, for who copies it: some of them.  0: all are there; 1:
 * there are more; -EAGAIN: the database is being folded.
 */
int tokens_flush_uses(struct tokens *tokens);

/* Whether that use is on disk, and who is to be called whenever more is; there is room for one. */
enum sync_state tokens_use_state(const struct tokens *tokens, const struct use_point *point);
void tokens_on_durable(struct tokens *tokens, void (*fn)(void *userdata), void *userdata);

/* --- the history --- */

struct history_query {
	const char *user; /* NULL: the caller's own, unless all */
	bool all;
	const char *id;        /* NULL: any */
	uint64_t since, until; /* seconds UTC, at or after, and before; 0: any */
	uint64_t after;        /* entries after that seq */
	bool reverse;          /* the latest first */
	const char *cursor;    /* "": from the start */
	uint32_t limit;        /* see tokens_page_limit() */
};

/* One page, as tokens_list(). */
enum pat_error tokens_list_history(struct tokens *tokens, const struct caller *caller,
	const struct history_query *query, entry_row_fn fn, void *userdata,
	char ret_cursor[static TOKENS_CURSOR_MAX], struct refusal *ret_refusal);

/* Where a token was used from: the latest first, five at most.  Refuses as tokens_revoke(). */
enum pat_error tokens_list_sources(struct tokens *tokens, const struct caller *caller,
	const char *id, entry_row_fn fn, void *userdata, struct refusal *ret_refusal);

/*
 * seq of the altered entry that stopped the last pruning of the history, 0: none did; 1 also where
 * that cannot be read.
 */
uint64_t tokens_history_break(struct tokens *tokens);

/* Some of a check: until check->done.  See patd/history/history.h. */
enum pat_error tokens_check_history(struct tokens *tokens, const struct caller *caller,
	struct history_check *check, struct refusal *ret_refusal);

/* --- the clock --- */

/* To be called at least once an hour: what has ended stays so, should patd be killed. */
void tokens_keep_time(struct tokens *tokens);

/*
 * The administrator's word that the clock is right now, and was ahead before: the watermark is the
 * wall clock's time.  order: a number of that word, which counts once.  On disk at the return; 1:
 * it has counted before.  Before tokens_start().
 */
int tokens_reset_time(struct tokens *tokens, uint64_t order);

/* --- once a day --- */

#define TOKENS_NOTICE_S (UINT64_C(7) * 24 * 3600)
typedef void (*expiring_fn)(const struct token *token, uint64_t end, void *userdata);

/* Whether the daily work is due, and since when it is done: a day after the last time. */
int tokens_daily_due(struct tokens *tokens, uint64_t *ret_at);
/*
 * Some of it: revokes and deletes what the policy wants so, calls fn for tokens that expire within
 * TOKENS_NOTICE_S, prunes the history.  *work is all zeros at first; until work->done.
 */
struct daily_work {
	bool done, listed;
	char cursor[TOKENS_CURSOR_MAX];
};
int tokens_daily_some(
	struct tokens *tokens, struct daily_work *work, expiring_fn fn, void *userdata);
