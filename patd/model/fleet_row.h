/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an issuer signs: rows of its tokens, and heartbeats.  See doc/fleet.md.
 *
 * Signed bytes are a magic, a record as common/pack.h packs it, and an Ed25519 signature over both.
 * A record has one spelling: fleet_row_read() refuses bytes that are not what the record packs to.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/field.h"
#include "common/pack.h"
#include "patd/model/token.h"

#define FLEET_MAGIC_LEN 8
#define FLEET_SIGNATURE_LEN 64  /* crypto_sign_BYTES */
#define FLEET_PUBLIC_KEY_LEN 32 /* crypto_sign_PUBLICKEYBYTES */

enum fleet_row_kind {
	FLEET_ROW_TOKEN = 1,
	FLEET_ROW_DELETED = 2,
	FLEET_ROW_REVOCATION = 3, /* of a token of another issuer */
};

struct fleet_row {
	char issuer[FLEET_NAME_LEN_MAX + 1];
	uint64_t number; /* of the version among all of the issuer: 1, 2, 3 … */
	uint32_t kind;   /* enum fleet_row_kind */
	struct pat_id id;
	/* Of a token.  Of a revocation, revoked_at and revoked_reason; all else is 0 or "". */
	char user[TOKEN_USER_BYTES_MAX + 1];
	char name[PAT_NAME_BYTES_MAX + 1];
	uint8_t verifier[TOKEN_VERIFIER_LEN];
	uint64_t created_at;
	bool created_by_root; /* an administrator had it generated, and not its owner */
	uint64_t expires_at;
	struct limits limits; /* until and until_id are always "" */
	uint64_t revoked_at, revoked_until;
	char revoked_reason[TOKEN_REASON_MAX + 1];
	uint64_t restored_at;
	uint32_t rotations;
	uint64_t rotated_at;
	uint8_t former_verifier[TOKEN_VERIFIER_LEN];
	uint64_t former_until;
};

extern const struct table fleet_row_table;

struct fleet_beat {
	char issuer[FLEET_NAME_LEN_MAX + 1];
	uint64_t at;                  /* seconds UTC, by the issuer's clock */
	uint64_t last;                /* the number of its latest row */
	uint8_t rows[FLEET_HASH_LEN]; /* of the set of its rows: patd/crypto/fleet_set.h */
};

extern const struct table fleet_beat_table;

/* Of either, signed. */
#define FLEET_SIGNED_MAX (FLEET_MAGIC_LEN + ROW_SIZE_MAX(struct fleet_row) + FLEET_SIGNATURE_LEN)

/* Writes magic and record, without a signature, and returns how long they are. */
size_t fleet_row_write(const struct fleet_row *row, uint8_t ret[static FLEET_SIGNED_MAX]);
size_t fleet_beat_write(const struct fleet_beat *beat, uint8_t ret[static FLEET_SIGNED_MAX]);

/*
 * Reads them from len signed bytes; the signature is not looked at.  False: they are none, or
 * nothing that an issuer may say: see fleet_row_problem().
 */
bool fleet_row_read(const uint8_t *bytes, size_t len, struct fleet_row *ret_row);
bool fleet_beat_read(const uint8_t *bytes, size_t len, struct fleet_beat *ret_beat);

/* NULL, or what is wrong with the row, for the log; static.  Restrictions must be canonical. */
const char *fleet_row_problem(const struct fleet_row *row);

/*
 * Sets what a row of kind token says of it.  The rest stays as it is: uid, which no row says, and
 * is TOKEN_UID_ANY of a new one at a member; what is counted; the note; row_hash.  A token that is
 * held stays revoked as it is here until the row says that it is revoked; then it is not held any
 * more.
 */
void fleet_row_apply(const struct fleet_row *row, struct token *token);

/* What of a token goes into a row of its issuer, with the number that it has. */
void fleet_row_of(const struct token *token, struct fleet_row *ret_row);
