/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tokens, the verifiers of their former secrets, who is disabled, the sessions that tokens have
 * opened, and what is kept of issuers, in the database.
 *
 * What changes something is part of the transaction that is open: see patd/db/transaction.h.
 * Functions return 0 or a negative errno, as those of patd/db/database.h do, and -ENOENT: no such
 * token, -EEXIST: a name or an id is taken.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "patd/db/database.h"
#include "patd/model/fleet_ledger.h"
#include "patd/model/fleet_mark.h"
#include "patd/model/session.h"
#include "patd/model/token.h"

struct store;

/* database must outlive it. */
int store_new(struct database *database, struct store **ret_store);
/* NULL is allowed. */
void store_free(struct store *store);

/*
 * Another number after whatever was written, whether or not it was taken back; 0 in a transaction,
 * which may be.  What was read under it is what would be read now.
 */
uint64_t store_version(const struct store *store);

/* --- tokens --- */

/* How many the user has; counts no further than to max. */
int store_count(
	struct store *store, const char *user, uint32_t uid, uint64_t max, uint64_t *ret_count);

int store_insert(struct store *store, const struct token *token);
/* -EBADMSG: the row is damaged; then the token is all zeros. */
int store_get(struct store *store, const char *id, struct token *ret_token);
/*
 * Whether lists have it: they follow an index, in which somebody who wrote to the file can have
 * left it out.
 */
int store_is_listed(struct store *store, const struct token *token, bool *ret_listed);
/* Writes the whole row. */
int store_update(struct store *store, const struct token *token);
/* The same for a token with a new secret: its former verifier is remembered. */
int store_rotate(struct store *store, const struct token *token);
/* Writes what of token a use changes, as usage; a token that has gone meanwhile is no failure. */
int store_touch(struct store *store, const struct token *token);
int store_delete(struct store *store, const char *id);

/*
 * Whether the token once had a secret with that verifier, among the latest STORE_FORMER_MAX.
 * Takes as long for a token that there is not.
 */
#define STORE_FORMER_MAX 100
int store_was_secret(struct store *store, const char *id,
	const uint8_t verifier[static TOKEN_VERIFIER_LEN], bool *ret_was);

/* --- lists of tokens --- */

/*
 * Which tokens to list, in one of two orders: (user, uid, name, issuer), or id.  The filter
 * has the conditions that an index serves; the caller applies all others.  NULL or false: no such
 * condition.
 */
struct list_filter {
	const char *user;
	bool by_uid; /* with user: of uid, and then of TOKEN_UID_ANY */
	uint32_t uid;
	const char *name;
	/* Only rows after this one in the order (user, uid, name, issuer). */
	const char *after_user;
	uint32_t after_uid;
	const char *after_name;
	const char *after_issuer;

	/* In the order of ids: those that begin so; without any of the conditions above. */
	const char *id_prefix;
	const char *after_id;
};

/* Called for each row; a nonzero return ends the listing and is its result. */
typedef int (*list_row_fn)(const struct token *token, void *userdata);

/*
 * 0, a negative errno (logged), or what fn returned.  A row that patd cannot have written is
 * skipped, logged, and counted in store_damaged().
 */
int store_list(
	struct store *store, const struct list_filter *filter, list_row_fn fn, void *userdata);

/* Times at which a token changes by itself. */
enum deadline {
	DEADLINE_END,      /* expires_at */
	DEADLINE_RESTORE,  /* revoked_until */
	DEADLINE_START,    /* not_before */
	DEADLINE_CREATION, /* created_at: the policy counts from there */
	DEADLINES
};

/* How many such rows lists have skipped so far; the same one again each time. */
uint64_t store_damaged(const struct store *store);

/* A place in the order of such times. */
struct deadline_place {
	uint64_t at;
	struct pat_id id;
};

/* The time of that deadline of the token; 0: there is none. */
uint64_t deadline_of(enum deadline deadline, const struct token *token);

/* As store_list(), of all tokens that have such a time, after that place. */
int store_list_deadlines(struct store *store, enum deadline deadline,
	const struct deadline_place *after, list_row_fn fn, void *userdata);

/*
 * As store_list(), in no order, of tokens to which something happened after that time: see
 * store_latest_time().
 */
int store_list_later(struct store *store, uint64_t time, list_row_fn fn, void *userdata);

/* When something last happened to the token, by the clock of this machine. */
uint64_t store_latest_time(const struct token *token);

/* --- issuers of fleet tokens: see doc/fleet.md --- */

/* A row of an issuer, as far as it is in its order. */
struct numbered {
	uint64_t number;
	struct pat_id id;
	bool is_mark; /* else it is a token */
};

/* Called for each; a nonzero return ends the listing and is its result. */
typedef int (*numbered_fn)(const struct numbered *row, void *userdata);

/* Those after that number, at most max, in the order of their numbers. */
int store_list_numbered(struct store *store, const char *issuer, uint64_t after, uint32_t max,
	numbered_fn fn, void *userdata);
/* The latest number; 0: there is no row. */
int store_last_number(struct store *store, const char *issuer, uint64_t *ret_number);
/* How many tokens of it there are. */
int store_count_issued(struct store *store, const char *issuer, uint64_t *ret_count);

/* As store_list(), in the order of ids: tokens that are held here. */
int store_list_held(struct store *store, list_row_fn fn, void *userdata);
/*
 * As store_list(), those used last first, at most max: tokens of issuers other than that that were
 * used here.
 */
int store_list_used(
	struct store *store, const char *own, uint32_t max, list_row_fn fn, void *userdata);

/* -ENOENT: there is none.  -EBADMSG: it is damaged; here and below. */
int store_get_mark(
	struct store *store, const char *issuer, const char *id, struct fleet_mark *ret_mark);
/* One that is new, or in place of that of the same issuer and id. */
int store_put_mark(struct store *store, const struct fleet_mark *mark);
/* One that there is not is allowed. */
int store_remove_mark(struct store *store, const char *issuer, const char *id);
/* Those of all issuers about that id; one that is damaged is skipped. */
typedef int (*mark_fn)(const struct fleet_mark *mark, void *userdata);
int store_list_marks(struct store *store, const char *id, mark_fn fn, void *userdata);

int store_get_ledger(struct store *store, const char *issuer, struct fleet_ledger *ret_ledger);
int store_put_ledger(struct store *store, const struct fleet_ledger *ledger);

/* --- the disabled --- */

/* A user, or everybody, whose tokens an administrator has disabled. */
struct disabled {
	bool everybody; /* then user is "", else it never is */
	char user[TOKEN_USER_BYTES_MAX + 1];
	uint64_t at;
	uint32_t by_uid;
	char reason[TOKEN_REASON_MAX + 1]; /* "": none was given */
};

/* Called for each; a nonzero return ends the listing and is its result. */
typedef int (*disabled_fn)(const struct disabled *disabled, void *userdata);

/* Whether the user is, or everybody. */
int store_is_disabled(struct store *store, const char *user, bool *ret_disabled);
/* -EEXIST: disabled already.  -EINVAL, here and below: it names nobody, or both. */
int store_disable(struct store *store, const struct disabled *disabled);
/* -ENOENT: not disabled. */
int store_enable(struct store *store, const struct disabled *disabled);
int store_list_disabled(struct store *store, disabled_fn fn, void *userdata);

/* --- sessions that tokens have opened --- */

/* Called for each, the oldest first; a nonzero return ends the listing and is its result. */
typedef int (*session_row_fn)(const struct session *session, void *userdata);

/* A new one, or what has become of the one with that number. */
int store_write_session(struct store *store, const struct session *session);
/* One that there is not is allowed. */
int store_remove_session(struct store *store, uint64_t number);
/* All those of other boots. */
int store_remove_sessions_before(struct store *store, const char *boot);
int store_list_sessions(struct store *store, session_row_fn fn, void *userdata);
