/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files share that serve fleet tokens: see doc/fleet.md. */
#pragma once

#include "patd/tokens/id_set.h"
#include "patd/tokens/tokens_fleet.h"
#include "patd/tokens/tokens_private.h"
#include "patd/util/beside.h"

/* A heartbeat may be so far ahead of the clock, in seconds. */
#define FLEET_AHEAD_S UINT64_C(300)

/* An issuer, be it this machine, as the database knows it. */
struct kept_issuer {
	struct kept_issuer *next;
	struct fleet_ledger ledger;
	uint64_t aged_s, aged_us; /* how old its heartbeat was, and when, in time since the boot */
	bool ahead;               /* it is logged that its clock is */
	uint64_t refused_us;      /* when it was logged that a row was refused; since the boot */
	/* Since tokens_fleet_begin_again(); NULL: not since then. */
	struct put_anew *anew;
};

/* The rows that were put anew. */
struct put_anew {
	struct id_set *ids;
	uint8_t rows[FLEET_SET_LEN]; /* the set of them */
};

/* --- tokens_fleet.c --- */

struct fleet *fleet_new(void);
/* NULL is allowed. */
void fleet_free(struct fleet *fleet);

/* The issuer of that name, of which nothing need be kept yet.  0, or the store's error. */
int fleet_issuer(struct tokens *tokens, const char *name, struct kept_issuer **ret_issuer);

/* After a heartbeat was taken; before_at: of the one before, 0: it was read from the database. */
void fleet_note_age(const struct tokens *tokens, struct kept_issuer *issuer, uint64_t before_at);

/* Whether it is to be logged that rows of the issuer are refused: not each, but once a minute. */
bool fleet_logs_refusal(const struct tokens *tokens, struct kept_issuer *issuer);

/* NULL is allowed. */
void put_anew_free(struct put_anew *anew);

/* What helps with signatures.  NULL: nothing does. */
struct beside *fleet_beside(struct tokens *tokens);

/* Gives the ledger its MAC, writes it inside the transaction, and looks whether it is there. */
int fleet_write_ledger(struct tokens *tokens, struct fleet_ledger *ledger);
/* The same of a mark. */
int fleet_write_mark(struct tokens *tokens, struct fleet_mark *mark);

/* The name of this machine for the hosts of tokens. */
const char *tokens_fleet_host(const struct tokens *tokens);

/* Whether that is our own name as an issuer. */
bool fleet_is_own(const struct tokens *tokens, const char *issuer);

void fleet_state_of(const struct kept_issuer *issuer, struct fleet_state *ret_state);

/* See struct fleet_listener. */
void fleet_tell_changed(const struct tokens *tokens, uint64_t last);
void fleet_tell_held(const struct tokens *tokens, const struct token *token);
void fleet_tell_used(const struct tokens *tokens, const struct token *token);
void fleet_tell_refetch(const struct tokens *tokens, const struct kept_issuer *issuer);
/* False if nobody listens. */
bool fleet_tell_claim(const struct tokens *tokens, uint64_t claim, const struct token *token);
bool fleet_reaches_hub(const struct tokens *tokens);

/* --- tokens_fleet_return.c --- */

/*
 * Whether this machine, an issuer, has returned from a backup.  It is behind until it has read what
 * the hub has of it: patd-fleet reads all of that before it asks for anything to be signed.
 */
int fleet_return_load(struct tokens *tokens, struct fleet_return *ret);
/*
 * -EINPROGRESS: it is behind.  What the hub has of a token, which is later than the backup, would
 * meet what was made of it since.  What takes access away is done all the same, and stays so
 * whatever the hub has.
 */
int fleet_check_caught_up(struct tokens *tokens, bool takes_access);

/* --- tokens_fleet_life.c --- */

/*
 * Once for each restore.  On failure it has begun nevertheless, until patd ends; the next start
 * tries again.
 */
int fleet_return_begin(struct tokens *tokens, uint64_t restore);
/*
 * Once patd.conf names the issuer: what was its latest row in the backup.  Nothing was numbered
 * before that.
 */
void fleet_return_know(struct tokens *tokens);
/* What the hub has was read.  0 also if it was not behind. */
int fleet_return_end(struct tokens *tokens);

/* --- tokens_fleet_doubt.c --- */

/*
 * Before the token, which is altered or of an issuer that is trusted no more, is deleted: with the
 * next heartbeat all of its issuer is to be put anew.
 */
int fleet_doubt(struct tokens *tokens, const struct token *token);
/* patd.conf names the issuer again: its rows say what they are, whatever was deleted meanwhile. */
void fleet_doubt_ours_no_more(struct tokens *tokens);

/* --- tokens_fleet_rows.c --- */

/* Whether the mark is as patd wrote it. */
bool fleet_mark_intact(const struct tokens *tokens, const struct fleet_mark *mark);

/*
 * The next version of one of our own rows, or of a new one: gives it a number and its hash, and
 * puts that into the set in place of the one before.
 */
void fleet_number_token(struct fleet_ledger *ledger, struct token *token);
void fleet_number_mark(struct fleet_ledger *ledger, struct fleet_mark *mark);

/* The row of a mark; of a token it is fleet_row_of(). */
void fleet_row_of_mark(const struct fleet_mark *mark, struct fleet_row *ret_row);

/* The set of the rows of an issuer that are intact: a look at each, 7 microseconds. */
int fleet_add_up(struct tokens *tokens, const char *issuer, uint8_t ret_rows[static FLEET_SET_LEN]);

/*
 * Takes a row of our own that was altered out of the set.  row_hash: what the row says of it; it
 * counts only where others are altered as well, of which nobody can say more.
 */
int fleet_take_out(struct tokens *tokens, struct fleet_ledger *ledger, const char *id,
	const uint8_t row_hash[static FLEET_HASH_LEN]);

/* --- tokens_fleet_number.c --- */

/* What is written with a change of one of our own fleet tokens.  issuer NULL: nothing. */
struct numbering {
	struct kept_issuer *issuer;
	struct fleet_ledger ledger; /* as it is then */
	bool has_mark;
	struct fleet_mark mark; /* of a token that is deleted */
};

/*
 * Gives the token of the change the next number, if what is signed of it changes.  -EINPROGRESS:
 * not before the hub was asked what a backup lacks, unless the change takes access away.
 */
int fleet_number_change(struct tokens *tokens, const struct change *change, bool takes_access,
	struct numbering *ret_numbering);
/* Inside the transaction of the change; and after it. */
int fleet_write_numbering(struct tokens *tokens, const struct numbering *numbering);
void fleet_numbered(struct tokens *tokens, const struct numbering *numbering);

/* --- tokens_fleet_check.c --- */

/* With which of our keys we sign: 1 or more. */
int fleet_generation(struct tokens *tokens, uint64_t *ret_generation);

/*
 * Whether the bytes are signed by that issuer of patd.conf, or by ourselves if trusted is NULL;
 * then it is for the loop alone.  *which, 0 at first, is which of its keys was right last, and is
 * tried first.
 */
bool fleet_is_signed_by(struct tokens *tokens, const struct issuer *trusted,
	const struct signed_bytes *bytes, size_t *which);
/* That they are not.  what: they are. */
void fleet_log_unsigned(struct tokens *tokens, struct kept_issuer *issuer, const char *what);

/* Of ourselves: that key, if it is a later one than we sign with, which then is ours; else 0. */
int fleet_generation_of(struct tokens *tokens, size_t which, uint64_t *ret_generation);

/* --- tokens_fleet_hold.c --- */

/*
 * Whether the token, a replica that is not revoked for good, is revoked by that mark of another
 * issuer that is trusted here; then it is held.
 */
bool fleet_hold(struct tokens *tokens, const struct fleet_mark *mark, struct token *token);
/* The same of one of our own, which then is revoked for good: it is not told to the issuer, us. */
bool fleet_revoke_ours(struct tokens *tokens, const struct fleet_mark *mark, struct token *token);

/* An entry about something on that machine. */
struct entry fleet_entry(struct tokens *tokens, enum entry_event event, const struct token *token,
	const char *machine, const char *detail);
