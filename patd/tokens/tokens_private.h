/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the rules, tokens*.c, share among themselves. */
#pragma once

#include "patd/db/meta.h"
#include "patd/db/transaction.h"
#include "patd/history/history.h"
#include "patd/rules/jumps.h"
#include "patd/store/store.h"
#include "patd/tokens/recent.h"
#include "patd/tokens/tokens.h"
#include "patd/usage/overlay.h"
#include "patd/usage/usage_log.h"
#include "patd/usage/usage_sync.h"
#include "patd/util/lifespan.h"
#include "patd/util/ratelimit.h"

struct fleet;

struct tokens {
	struct database *database;
	struct store *store;
	const struct key *key;
	struct clock *clock;
	const struct policy *policy;
	const struct lifespans *lifespans;
	struct history *history;
	uint64_t time_stored;
	uint64_t listed_damaged;  /* rows */
	struct jumps jumps;       /* of the watermark */
	uint64_t looked_at;       /* the watermark at the last look for them */
	uint64_t clock_logged_us; /* when it was logged last that the wall clock is in doubt */
	struct recent recent;
	/* What an unknown id is compared with, so that it takes as long: see candidate.h. */
	struct token dummy;
	struct pat_id decoy;
	const struct token_listener *listeners[TOKENS_LISTENERS_MAX];
	/* How many logins of one user's tokens come into the history. */
	struct ratelimit uses, refusals, strangers, alerts, new_places;
	struct ratelimit changes;     /* of tokens, by one user */
	struct ratelimit bus_changes; /* by all administrators on the bus, see by_front */
	/* Uses that are not in the database yet: see patd/tokens/uses.h. */
	struct usage_log *usage;
	struct usage_sync *usage_sync; /* NULL: there is no loop */
	struct overlay *overlay;
	uint64_t pending_time; /* the latest seen that is not in the database; 0: none */
	unsigned int gathered_entries;
	bool flush_failed;
	/* The last batch that is in the database, and the point at which it is on disk; 0: none. */
	uint64_t flushed, flushed_point;
	/* The last batch, and the last point, that ends a former secret: see uses_ending(). */
	uint64_t ending_batch, ending_point;
	void (*on_durable)(void *userdata);
	void *on_durable_userdata;
	struct waiting_uses *waiting; /* see patd/tokens/waiting_uses.h */
	struct sessions *sessions;
	struct fleet *fleet; /* see patd/tokens/tokens_fleet_private.h */
	struct fleet_return {
		uint64_t generation; /* of the backup's key; 0: it has caught up */
		uint64_t latest;     /* row of the backup; UINT64_MAX: not known, or no backup */
		uint64_t life;       /* its own numbers are above; 0: it was never restored */
		uint64_t restore;    /* which one: when its mark was made */
		bool unwritten;      /* it could not be written yet, and holds nevertheless */
	} returned;                  /* see tokens_fleet_return.c */
};

/*
 * PAT_OK, or a refusal of what only the issuer of the token may change; of a token of this machine
 * nothing.
 */
enum pat_error tokens_check_ours(
	const struct tokens *tokens, const struct token *token, struct refusal *ret_refusal);

/* Sets *ret_refusal and returns error.  why NULL: what is always said with that error. */
enum pat_error tokens_refuse(enum pat_error error, const char *why, struct refusal *ret_refusal);

/* The same for what the store returned; PAT_OK unless that is a failure. */
enum pat_error tokens_refuse_errno(int r, struct refusal *ret_refusal);

/* PAT_OK, or a refusal for lack of an action: see authority_lacks(). */
enum pat_error tokens_allow(const struct caller *caller, enum operation operation, bool own,
	struct refusal *ret_refusal);

/*
 * PAT_OK, or PAT_ERR_BUSY: for a change that a user could make again and again, each time with an
 * entry of the history, until no other's is left in it.  Never asked about what ends access for
 * good, or deletes.
 */
enum pat_error tokens_ratelimit(
	struct tokens *tokens, const struct caller *caller, struct refusal *ret_refusal);

/* Whether a user can have that name, as far as tokens go. */
bool tokens_user_nameable(const char *user);

/*
 * Whether the caller may have a list of the user's, of everybody's if all, or of its own where it
 * is neither, or where user is the caller.  problem: with the rest of the query; NULL: none.
 */
enum pat_error tokens_allow_list(const struct caller *caller, const char *user, bool all,
	const char *problem, bool *ret_own, struct refusal *ret_refusal);

/* NULL if text can be a reason, else what is wrong with it. */
const char *tokens_reason_problem(const char *reason);

/* Makes secret the token's, whose issuer is set, but for the MAC. */
void tokens_set_verifier(
	const struct tokens *tokens, struct token *token, const char secret[static PAT_TOKEN_LEN]);

/* Whether the row is as patd wrote it. */
bool tokens_intact(const struct tokens *tokens, const struct token *token);

/*
 * Where a page of a list ended: "user:uid:name" of its last row, with "@issuer" after the uid of a
 * fleet token, or "id" where the list is in the order of ids.  A place in the order, not a row: it
 * stays right when that row goes.  No user name has a colon.
 */
struct cursor {
	bool by_id;
	struct pat_id id;
	char user[TOKEN_USER_BYTES_MAX + 1];
	uint32_t uid;
	char issuer[FLEET_NAME_LEN_MAX + 1];
	const char *name; /* into the text that was parsed */
};

void cursor_format(const struct token *last, bool by_id, char ret_text[static TOKENS_CURSOR_MAX]);

/* False if text is no cursor. */
bool cursor_parse(const char *text, struct cursor *ret_cursor);

/*
 * Lets the filter begin after the place; the cursor must outlive it.  False if the place is outside
 * of what the filter finds: the search would begin there.
 */
bool cursor_start_after(const struct cursor *cursor, struct list_filter *filter);

/* --- what tokens are bound to: tokens_bind.c --- */

/*
 * Gives the token the id of what its until names, for a caller who may bind it to that: a login
 * session is the caller's own, unless that is root.
 */
enum pat_error tokens_bind(const struct tokens *tokens, const struct caller *caller,
	struct token *token, struct refusal *ret_refusal);

/* Whether what the token is bound to has ended; false if it is bound to nothing. */
bool tokens_bond_ended(const struct tokens *tokens, const struct token *token);
/* PAT_ERR_EXPIRED if so: nothing brings such a token back. */
enum pat_error tokens_check_bond(
	const struct tokens *tokens, const struct token *token, struct refusal *ret_refusal);

/* --- the clock: tokens_clock.c --- */

/* The last step of tokens_new(): begins at the latest time that the database knows of. */
int tokens_open_clock(struct tokens *tokens);

/*
 * Takes note of the time, and of spans that it skipped; a failure to write that down is logged.
 * Before whatever cannot be undone.
 */
void tokens_look_at_clock(struct tokens *tokens);

/*
 * The latest time that was certainly so many seconds before tokens_look_at_clock() looked; 0: none
 * was.  Not before now: since that look the clock may have jumped.
 */
uint64_t tokens_certainly_before(const struct tokens *tokens, uint64_t seconds);

/*
 * tokens_change.c: loads the token, if the caller may do that to it; otherwise it does not learn
 * whether there is one.  The row is as patd wrote it: a change computes a new MAC, which would make
 * an altered row valid again.
 */
enum pat_error tokens_load_intact(struct tokens *tokens, const struct caller *caller,
	enum operation operation, const char *id, struct token *ret_token,
	struct refusal *ret_refusal);

/* tokens_change.c: whether a period ends after the year 9999, also where the clock has passed it.
 */
bool tokens_beyond_calendar(uint64_t now, uint64_t seconds);

/*
 * tokens_generate.c: gives token the expiration that the request has, if it has one, by the rules
 * of a new token.
 */
enum pat_error tokens_change_expiry(const struct tokens *tokens,
	const struct token_request *request, struct token *token, struct refusal *ret_refusal);

/*
 * tokens_generate.c: PAT_OK, or PAT_ERR_NAME_TAKEN if the user has a token of that name.  Where a
 * fleet token is good, the user is a name: it is the only one of that name there.
 */
enum pat_error tokens_check_name(struct tokens *tokens, const char *user, uint32_t uid, bool fleet,
	const char *name, struct refusal *ret_refusal);

/* tokens_generate.c: NULL, or what a fleet token, or one that is none, cannot have; a sentence. */
const char *tokens_fleet_problem(const struct token *token);
/* Why there is none. */
extern const char tokens_fleet_no_issuer[];

/* --- changes: tokens_commit.c --- */

/* An entry for what the caller does with a token; token NULL: the caller of this adds the user. */
struct entry tokens_entry(struct tokens *tokens, const struct caller *caller,
	enum entry_event event, const struct token *token);

enum change_kind {
	CHANGE_GENERATE,
	CHANGE_UPDATE,
	CHANGE_ROTATE,
	CHANGE_DELETE,
	CHANGE_DISABLE,
	CHANGE_ENABLE,
	CHANGE_NONE /* the entry alone */
};

struct change {
	enum change_kind kind;
	struct token *token; /* as it shall be; gets its MAC */
	struct entry *entry; /* gets seq and MAC, or seq 0 if it is not written; NULL: none */
	const struct disabled *disabled;
};

/*
 * Makes one change, with its entry of the history and the time as the latest seen, in one
 * transaction, which is on disk when its sync is done; then notifies the listeners.  0 or the
 * store's error: then nothing has changed.
 */
int tokens_commit(struct tokens *tokens, const struct change *change);

/* Whether a change can be made as the disk is; takes_access: one that is made also on a bad one. */
int tokens_check_disk(const struct tokens *tokens, bool takes_access);

/* tokens_commit() of a token, for a caller.  event, detail: of its entry. */
enum pat_error tokens_commit_token(struct tokens *tokens, const struct caller *caller,
	enum change_kind kind, enum entry_event event, struct token *token, const char *detail,
	struct refusal *ret_refusal);

/* tokens_kept.c: inside the transaction, whether it is there.  -EBADMSG, logged: it is not. */
int tokens_change_kept(struct tokens *tokens, const struct change *change);
/* The same of a row as it was written, with its MAC. */
int tokens_kept(struct tokens *tokens, const struct token *token);

/* Adds an entry of a login.  Listeners get it also if that fails, with seq 0. */
void tokens_record(struct tokens *tokens, struct entry *entry);

/*
 * tokens_change.c: never loosens what is so already.  Whether anything changed.
 */
bool tokens_apply_revocation(
	const struct revocation *revocation, uint64_t now, struct token *token);

/* Writes down now as the latest time seen, as usage. */
void tokens_store_time(struct tokens *tokens, uint64_t now);

void tokens_notify(struct tokens *tokens, enum token_event event, const struct token *token);
void tokens_notify_entry(struct tokens *tokens, const struct entry *entry);
void tokens_notify_session(struct tokens *tokens, const struct session *session);
void tokens_notify_approval(struct tokens *tokens, const struct approval *approval, bool waits);

/* patd itself, where patd.conf says what is to be done. */
extern const struct caller tokens_patd;

/* Whether the policy wants it revoked for that, also by the time that has certainly passed. */
bool tokens_certainly_unused(struct tokens *tokens, const struct token *token);

/* Revokes what nobody has used for too long, as the policy wants it. */
enum pat_error tokens_revoke_unused(
	struct tokens *tokens, struct token *token, struct refusal *ret_refusal);

/*
 * Whether the policy wants it deleted, by the time that has certainly passed since it was generated
 * and since it ended.
 */
bool tokens_certainly_ended(const struct tokens *tokens, const struct token *token);

/* --- tokens_sessions.c --- */

/* Ends the sessions that the token has opened. */
void tokens_end_sessions_of(
	struct tokens *tokens, const struct caller *caller, const struct pat_id *id);
/* Ends all of the user's that are not to be ended already. */
void tokens_end_other_sessions(
	struct tokens *tokens, const struct caller *caller, const char *user);
/* Those of the token, or of the user, or with NULL for both all, are not to be ended any more. */
void tokens_spare_sessions(struct tokens *tokens, const struct pat_id *id, const char *user);
/* Ends those of tokens that have expired, as the policy wants it. */
void tokens_expire_sessions(struct tokens *tokens);

/* Deletes what ended long ago, as the policy wants it. */
enum pat_error tokens_delete_ended(
	struct tokens *tokens, struct token *token, struct refusal *ret_refusal);
