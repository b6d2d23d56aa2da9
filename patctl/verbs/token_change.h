/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A change of tokens, one by one: what is done to each, and the results. */
#pragma once

#include "common/error.h"
#include "patctl/print/json.h"
#include "patctl/verbs/opened_sessions.h"
#include "patctl/verbs/select.h"

extern const struct option_info option_dry_run;

/* In a set: what a verb takes that can hit many. */
#define OPTIONS_BULK &option_yes, &option_dry_run

/* Exactly one of the first four members is set. */
struct change {
	const struct client_revocation *revocation;
	const char *name; /* the new one */
	const struct client_update *update;
	bool (*make)(struct client *client, const struct pat_id *id, DBusError *error);
	const char *result; /* "revoked" */
	const char *done;   /* the same in a sentence for people */
	/* NULL, or the sentence for a token as it is after the change, which the caller owns. */
	char *(*describe)(const struct token_row *token);
	bool restores;
	bool deletes; /* what cannot be undone: a person is asked first, unless --yes is given */
};

/* The results so far. */
struct tally {
	const struct command *command;
	const struct change *change;
	struct client *client;
	const char *user; /* --user, or NULL */
	enum outcome outcome;
	unsigned int count;
	struct json_list list;
	struct opened_sessions opened; /* by those that were revoked */
	bool shared;                   /* one of them is a fleet token */
};

/*
 * Changes the token, or with --dry-run only says so, and prints the result.  item: what it was
 * found by; NULL: a filter.
 */
enum outcome change_one(struct tally *tally, const char *item, const struct token_row *token);

/*
 * Counts and prints the result of one item.  token: NULL if it was not found.  now: the token after
 * the change, NULL if it was not read again.  error: unset on success.
 */
enum outcome change_report(struct tally *tally, const char *item, const struct token_row *token,
	const struct token_row *now, const DBusError *error);

/* The outcome of all, after the end of what was printed. */
enum outcome change_end(struct tally *tally);

/* NULL: patd restores it, or why not, static, as patd says it, and *ret. */
const char *change_unrestorable(const struct token_row *token, uint64_t now, enum pat_error *ret);

/* Whether patd deletes it: it is revoked, or was altered. */
bool change_deletable(const struct token_row *token);
