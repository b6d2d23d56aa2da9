/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The key: 32 random bytes, without which the database says nothing about any secret and no row
 * of it can be made or changed unnoticed.  Subkeys are derived from it (crypto_kdf), one for
 * each use.  They live in sodium_malloc() memory; the 32 bytes themselves are wiped once read, and
 * read again for a backup.
 */
#pragma once

#include <sodium.h>

#include "common/field.h"
#include "common/token_format.h"
#include "patd/model/entry.h"
#include "patd/model/fleet_ledger.h"
#include "patd/model/fleet_mark.h"
#include "patd/model/fleet_row.h"
#include "patd/model/token.h"

#define KEY_FILE "key" /* in the state directory */
#define KEY_LEN 32
#define KEY_CHECK_LEN 32

struct key;

/*
 * Reads the key: the systemd credential "patd.key" if there is one, else the file "key" in
 * state_dir.  -ENOENT if there is neither; every other error has been logged.
 */
int key_read(const char *state_dir, struct key **ret_key);

/* Makes a new random key and the file for it, 0600, on disk before the return. */
int key_create(const char *state_dir, struct key **ret_key);

/* The same as bytes, for a backup: in sodium_malloc() memory, which the caller frees. */
int key_read_bytes(const char *state_dir, uint8_t **ret_bytes);

/*
 * The same of the file alone: a regular file of KEY_LEN bytes, no link to one, that belongs to the
 * caller and that nobody else can read.
 */
int key_read_file(const char *state_dir, uint8_t **ret_bytes);

/*
 * Removes the file where the credential is the same key.  Another key is kept, and logged, and so
 * is the file of a patd that has no credential.  remove: whether the file may go.
 */
void key_settle_file(const char *state_dir, bool remove);

/* A new random one, by getrandom(2), in memory of the same kind; -ENOMEM. */
int key_random(uint8_t **ret_bytes);

/* Makes the file for a key in the folder dir, where there must be none, as key_create() does. */
int key_write(int dir, const uint8_t bytes[static KEY_LEN]);

/* A key of the given bytes, which the caller wipes. */
int key_new(const uint8_t bytes[static KEY_LEN], struct key **ret_key);

/* Wipes it. NULL is allowed. */
void key_free(struct key *key);

static inline void key_clear(struct key **key)
{
	key_free(*key);
}

static inline void key_bytes_clear(uint8_t **bytes)
{
	sodium_free(*bytes);
}

#define cleanup_key __attribute__((cleanup(key_clear)))
#define cleanup_key_bytes __attribute__((cleanup(key_bytes_clear)))

/* What is kept of a token's digest. */
void key_verifier(const struct key *key, const struct pat_digest *digest,
	uint8_t ret[static TOKEN_VERIFIER_LEN]);

#define MAC_LEN 32 /* of the MAC, and of its key */

/*
 * The MAC over a record: keyed BLAKE2b-256.  Covers before, if that is not NULL, and then the
 * members in the order of the table.  Numbers count as 8 bytes, little-endian; a text or bytes are
 * preceded by their length, so that no two records give the same stream of bytes.
 *
 * A member after the FIELD_MAC of the table was added after records had been written without it.
 * It is covered only where it differs from its default, 0 or "", and then its index in the table
 * goes before it.  So the MAC of an older record stays valid.
 */
void mac_record(const uint8_t key[static MAC_LEN], const uint8_t before[MAC_LEN],
	const struct table *table, const void *record, uint8_t ret[static MAC_LEN]);

/* The MACs over a token, over an entry and the MAC of the one before, and over a seal. */
void key_row_mac(
	const struct key *key, const struct token *token, uint8_t ret[static TOKEN_MAC_LEN]);
void key_entry_mac(const struct key *key, const struct entry *entry,
	const uint8_t before[static ENTRY_MAC_LEN], uint8_t ret[static ENTRY_MAC_LEN]);
void key_seal_mac(
	const struct key *key, const struct history_seal *seal, uint8_t ret[static ENTRY_MAC_LEN]);

/* The MACs over what is kept of issuers beside their tokens. */
void key_fleet_mark_mac(
	const struct key *key, const struct fleet_mark *mark, uint8_t ret[static TOKEN_MAC_LEN]);
void key_fleet_ledger_mac(const struct key *key, const struct fleet_ledger *ledger,
	uint8_t ret[static TOKEN_MAC_LEN]);

/* The MAC over a batch of the usage log: see patd/usage/usage_log.h. */
void key_usage_mac(const struct key *key, const uint8_t *header, size_t header_len,
	const uint8_t *records, size_t records_len, uint8_t ret[static MAC_LEN]);

/* The MAC over what patd knows of the clock: see patd/rules/jumps.h. */
void key_clock_mac(
	const struct key *key, const uint8_t *bytes, size_t len, uint8_t ret[static MAC_LEN]);

/*
 * Signatures of this machine as an issuer, Ed25519 (crypto_sign_detached).  The key pair is derived
 * from the key; generation, 1 or more, says which.  -ENOMEM, or -EINVAL for 0.  See doc/fleet.md.
 */
int key_fleet_public(
	const struct key *key, uint64_t generation, uint8_t ret[static FLEET_PUBLIC_KEY_LEN]);
int key_fleet_sign(const struct key *key, uint64_t generation, const uint8_t *bytes, size_t len,
	uint8_t ret_signature[static FLEET_SIGNATURE_LEN]);

/* The same pair for many signatures, as deriving it takes longer than a signature does. */
struct key_pair;
int key_pair_new(const struct key *key, uint64_t generation, struct key_pair **ret_pair);
int key_pair_sign(const struct key_pair *pair, const uint8_t *bytes, size_t len,
	uint8_t ret_signature[static FLEET_SIGNATURE_LEN]);
/* Wipes it.  NULL is allowed. */
void key_pair_free(struct key_pair *pair);

bool fleet_signature_valid(const uint8_t public_key[static FLEET_PUBLIC_KEY_LEN],
	const uint8_t *bytes, size_t len, const uint8_t signature[static FLEET_SIGNATURE_LEN]);

/* The name of a public key: the first hexadecimal digits of its BLAKE2b. */
void fleet_key_id(const uint8_t public_key[static FLEET_PUBLIC_KEY_LEN],
	char ret[static FLEET_KEY_ID_LEN + 1]);

/* What is kept of the digest of a fleet token: no key of a machine goes into it. */
void fleet_verifier(const struct pat_digest *digest, uint8_t ret[static TOKEN_VERIFIER_LEN]);

/* A value by which a database knows its key. */
void key_check_value(const struct key *key, uint8_t ret[static KEY_CHECK_LEN]);
