/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The calls of patd on D-Bus (dbus/org.patd.Tokens1.xml), one function each, and the calls of
 * patctl doctor to the bus, to polkit and to systemd.
 *
 * Each waits 25 seconds at most for its answer, or as long as a person is asked for a password. The
 * bus starts patd if it is not running.  On failure each returns false with *error set and its ret_
 * outputs untouched; an answer that breaks the contract is an OUTCOME_ERROR_MALFORMED.  Strings
 * must be valid UTF-8: libdbus aborts the process over any other.
 */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/progress.h"
#include "common/restriction.h"
#include "common/token_format.h"
#include "patctl/base/expiry.h"
#include "patctl/client/records.h"
#include "protocol/answer.h"

/* A private connection to patd or a system bus, and the agent that asks people. */
struct client;

/*
 * For this machine, or for host unless that is NULL, see patctl/base/host.h; host must outlive the
 * client.  may_ask: ask for a password if polkit wants one; never for another machine.  NULL on
 * failure; root on this machine learns of one from its first call.
 */
struct client *client_new(const char *host, bool may_ask, DBusError *error);

/*
 * On the bus of this machine whoever asks: connecting, and each call, takes limit milliseconds at
 * most.  Never asks for a password.
 */
struct client *client_new_bus(int limit, DBusError *error);
void client_free(struct client **client);
#define cleanup_client __attribute__((cleanup(client_free)))

/* NULL: this machine. */
const char *client_host(const struct client *client);

/* The caller's uid there, and whether that is root. */
uint32_t client_uid(const struct client *client);
bool client_is_root(const struct client *client);

/* "patctl", or "patctl --host=web1": the command for that machine, in messages. */
const char *client_self(const struct client *client);

/* A token that is to be generated.  user NULL: of the caller. */
struct client_token_request {
	const char *name, *user;
	struct expiry expiry;
	struct restriction_value restrictions[PAT_RESTRICTIONS];
	const char *note; /* NULL: none */
	bool fleet;       /* good on other machines, too */
};

/* The caller closes *ret_secret, which is -1 if a secret came that cannot be decrypted. */
bool client_generate(struct client *client, const struct client_token_request *request,
	struct pat_id *ret_id, int *ret_secret, DBusError *error);

/* NULL and 0 are "not given". */
struct client_filter {
	const char *user, *name, *name_pattern, *id_prefix, *state, *good_for;
	uint64_t unused_since, expiring_before;
	uint64_t revoked_since; /* of filter_keep(): patd is not asked for it */
	bool all, fleet;        /* everybody's; fleet tokens alone */
};

/*
 * Appends one page of at most PAT_PAGE_MAX struct token_row, maybe none; on failure a part may be.
 * An empty struct records is enough.
 * *cursor is NULL for the first page, and this function sets it for the next one; the caller frees
 * it.  After the last page it is NULL again.
 */
bool client_list(struct client *client, const struct client_filter *filter, char **cursor,
	struct records *tokens, DBusError *error);

/* How many damaged rows of tokens patd skipped for that page.  Only root's socket tells: else 0. */
uint64_t client_listed_damaged(const struct client *client);

/*
 * Says that client_list() will be called with that filter and cursor next: patd can make the page
 * ready meanwhile.
 */
void client_list_ahead(
	struct client *client, const struct client_filter *filter, const char *cursor);

/* How to revoke; 0 and NULL: not given. */
struct client_revocation {
	uint64_t seconds;
	const char *reason;
	bool end_sessions; /* that the tokens have opened */
};

bool client_revoke(struct client *client, const struct pat_id *id,
	const struct client_revocation *how, DBusError *error);
bool client_restore(struct client *client, const struct pat_id *id, DBusError *error);
bool client_delete(struct client *client, const struct pat_id *id, DBusError *error);
bool client_rename(
	struct client *client, const struct pat_id *id, const char *name, DBusError *error);

/* What a token shall be from now on. */
struct client_update {
	struct expiry expiry;                       /* EXPIRY_DEFAULT: stays */
	const char *restrictions[PAT_RESTRICTIONS]; /* NULL: stays; "": restricted no more */
	const char *note;                           /* NULL: stays; "": none */
};

bool client_set(struct client *client, const struct pat_id *id, const struct client_update *update,
	DBusError *error);

struct client_rotation {
	const uint64_t *grace; /* seconds; NULL: patd's own */
	struct expiry expiry;  /* EXPIRY_DEFAULT: stays */
	bool end_sessions;     /* that the token has opened; only with a grace of 0 */
};

/* *ret_secret as of client_generate(). */
bool client_rotate(struct client *client, const struct pat_id *id,
	const struct client_rotation *rotation, int *ret_secret, DBusError *error);

/* Where a token was used from: *ret gets struct source_row, the latest first; the caller clears it.
 */
bool client_sources(
	struct client *client, const struct pat_id *id, struct records *ret, DBusError *error);

/* What a check found of the account of a token's user. */
enum client_account {
	CLIENT_ACCOUNT_UNSEEN,  /* only root can look, or the user database does not answer */
	CLIENT_ACCOUNT_SEEN,    /* and it was judged as pam_pat would */
	CLIENT_ACCOUNT_GONE,    /* there is no such user: nobody can log in with the token */
	CLIENT_ACCOUNT_ANOTHER, /* the user of that name has another uid than the token's */
};

/* The answer of Check about a token. */
struct client_verdict {
	struct pat_id id;
	char **refusals; /* owned, NULL at the end; without any it would be accepted */
	enum client_account account;
	uint32_t account_bits; /* of enum pat_account, with CLIENT_ACCOUNT_SEEN */
};

void client_verdict_clear(struct client_verdict *verdict);
#define cleanup_client_verdict __attribute__((cleanup(client_verdict_clear)))

/* secret: the token.  service and from NULL: not given. */
bool client_check(struct client *client, const char *secret, const char *service, const char *from,
	struct client_verdict *ret, DBusError *error);

/* Revokes all tokens of user; NULL: the caller. */
bool client_revoke_all(struct client *client, const char *user, const struct client_revocation *how,
	uint64_t *ret_count, DBusError *error);

/* user NULL: everybody.  reason NULL: none.  end_sessions: that the tokens have opened. */
bool client_disable(struct client *client, const char *user, const char *reason, bool end_sessions,
	DBusError *error);
bool client_enable(struct client *client, const char *user, DBusError *error);

/* *ret gets struct disabled_row; the caller clears it. */
bool client_disabled(struct client *client, struct records *ret, DBusError *error);

/* The settings of patd.conf(5) in force: *ret gets struct setting_row; the caller clears it. */
bool client_policy(struct client *client, struct records *ret, DBusError *error);

/* Uses that wait for a person's word: *ret gets struct approval; the caller clears it. */
bool client_approvals(struct client *client, bool all, struct records *ret, DBusError *error);

bool client_answer_approval(struct client *client, const char *id, bool approve, DBusError *error);

/* Of the caller's tokens, if nothing is given; user is not given with all. */
struct client_session_filter {
	const char *user, *token; /* an id */
	bool all;
};

/*
 * Sessions that tokens have opened and that are open: appends one page of struct session_row; for
 * the rest as client_list().
 */
bool client_sessions(struct client *client, const struct client_session_filter *filter,
	char **cursor, struct records *sessions, DBusError *error);

/* All pages: *ret gets them, also a part on failure; the caller clears it. */
bool client_all_sessions(struct client *client, const struct client_session_filter *filter,
	struct records *ret, DBusError *error);

/* NULL and 0 are "not given"; since and until are times, after is a Seq. */
struct client_history_filter {
	const char *user, *token;
	bool all, reverse;
	uint64_t since, until, after;
};

/*
 * Appends one page of at most limit (0: as many as patd gives) struct entry_row; for the rest as
 * client_list().
 */
bool client_history(struct client *client, const struct client_history_filter *filter,
	uint32_t limit, char **cursor, struct records *entries, DBusError *error);

/* Subscribes to new entries, and to uses that wait for a word, for client_wait(): those of the
 * caller's tokens, or all. */
bool client_subscribe(struct client *client, bool all, DBusError *error);

/*
 * Waits until there may be new entries, or other uses that wait.  *ret_lost: patd was restarted, or
 * the connection was lost, and client_subscribe() must be called again.  False when the bus is
 * gone.
 */
bool client_wait(struct client *client, bool *ret_lost, DBusError *error);

/*
 * Writes the backup to fd, an empty regular file.  This call and client_verify() take long: they
 * wait without a limit, and show the progress that patd reports.
 */
bool client_backup(struct client *client, int fd, struct progress *progress, DBusError *error);

/*
 * The fleet, for root: this machine in it, and the issuers that it trusts, struct fleet_issuer_row;
 * the caller clears them.
 */
bool client_fleet(struct client *client, struct answer_fleet *ret_fleet,
	struct records *ret_issuers, DBusError *error);
/* *ret gets struct fleet_host_row, one for each host and issuer; the caller clears it. */
bool client_fleet_hosts(struct client *client, struct records *ret, DBusError *error);
/* From now on another key signs: its public key, in base64. */
bool client_fleet_new_key(
	struct client *client, char ret_key[static ANSWER_KEY_SIZE], DBusError *error);

struct client_verification {
	uint64_t entries, first, bad; /* bad 0: the history is good */
	char *problem;                /* owned */
};

/* The caller frees ret->problem. */
bool client_verify(struct client *client, struct progress *progress,
	struct client_verification *ret, DBusError *error);

/* The next four ask the bus, also for root: client_new_bus().  The uid of the owner of patd's name.
 */
bool client_owner(struct client *client, uint32_t *ret, DBusError *error);

/* Whether the bus would start patd. */
bool client_activatable(struct client *client, bool *ret, DBusError *error);

/* The ids of all actions that polkit knows; the caller frees them with names_free(). */
bool client_actions(struct client *client, char ***ret, DBusError *error);

/* When systemd saw patd start, also for a client of another machine: seconds since 1970 UTC. */
bool client_started(struct client *client, uint64_t *ret, DBusError *error);

/* The time that patd goes by: seconds since 1970 UTC. */
bool client_now(struct client *client, uint64_t *ret, DBusError *error);

/* Root only: seq of the altered entry of the history that stopped its pruning; 0: none. */
bool client_history_break(struct client *client, uint64_t *ret, DBusError *error);
