/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of an issuer on their way into the database: what the files share that take them. */
#pragma once

#include "patd/tokens/tokens_fleet_private.h"

/* What has become of one row. */
struct taken {
	bool changed; /* else it is as old as what is kept, or older */
	enum token_event event;
	struct token token; /* id "": there is none that it changes */
	bool ends_sessions, spares_sessions;
	bool has_entry;
	struct entry entry;
	uint8_t before[FLEET_HASH_LEN], now[FLEET_HASH_LEN]; /* what was kept of it, and what is */
};

struct taking {
	struct tokens *tokens;
	struct kept_issuer *issuer;
	bool own;   /* it is us */
	bool quiet; /* no entries: all is new here */
	struct fleet_row *rows;
	const struct issuer *trusted;
	bool other_key; /* one that has not signed the latest heartbeat has signed one of them */
	uint8_t (*hashes)[FLEET_HASH_LEN]; /* of each row */
	size_t n;
	uint64_t now;
	struct fleet_return returned; /* of our own */
	bool revokes_alone;           /* of the row that is being taken only that counts */
	uint64_t generation;          /* of our own key that is the latest; 0: it stays */
	struct kept_issuer *ours;     /* NULL: we are no issuer, or it is us */
	/* What there will be. */
	struct fleet_ledger ledger, our_ledger;
	struct taken *taken;
};

/* What is kept of a row before it is taken. */
struct kept_row {
	bool has_token, altered; /* altered: also where it cannot be read */
	struct token token;      /* of that id, whoever's it is */
	bool own_token;          /* it is the issuer's */
	bool has_mark, altered_mark;
	struct fleet_mark mark;
	uint64_t number;         /* 0: nothing that counts */
	const uint8_t *row_hash; /* zeros: likewise */
};

/*
 * Inside the transaction: makes of what is kept what the row at that place says, and notes what has
 * become of it.
 */

/* --- tokens_fleet_take_token.c --- */

int fleet_take_token(struct taking *taking, size_t at, const struct kept_row *kept);

/* Whether the row of our own takes away what the token permits. */
bool fleet_row_revokes(const struct fleet_row *row, const struct token *token);

/* An entry about that token, with the name of the issuer. */
int fleet_add_entry(struct taking *taking, enum entry_event event, const struct token *token,
	const char *detail, struct taken *taken);
/* The same of what is not our own to do: while all of the issuer is new here, there is none. */
int fleet_add_entry_of_other(struct taking *taking, enum entry_event event,
	const struct token *token, const char *detail, struct taken *taken);

/* --- tokens_fleet_take_mark.c --- */

int fleet_take_deletion(struct taking *taking, size_t at, const struct kept_row *kept);
int fleet_take_revocation(struct taking *taking, size_t at, const struct kept_row *kept);
