/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token as patd keeps it: one row of the database. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/field.h"
#include "common/name.h"
#include "common/token_format.h"
#include "common/wire.h"
#include "patd/model/limits.h"

#define TOKEN_USER_BYTES_MAX PAT_USER_MAX
#define TOKEN_VERIFIER_LEN 32
#define TOKEN_MAC_LEN 32
#define TOKEN_REASON_MAX 255     /* bytes */
#define FLEET_NAME_LEN_MAX 63    /* bytes: of an issuer or a host */
#define FLEET_KEY_ID_LEN 16      /* characters */
#define FLEET_HASH_LEN 32        /* bytes: of a row, or of a set of rows */
#define TOKEN_UID_ANY UINT32_MAX /* of another machine's token: whoever has the user's name */
#define TOKEN_REASON_COMPROMISED "compromised" /* never to be restored */

struct token {
	struct pat_id id;
	char name[PAT_NAME_BYTES_MAX + 1];
	uint32_t uid;
	char user[TOKEN_USER_BYTES_MAX + 1];
	uint8_t verifier[TOKEN_VERIFIER_LEN]; /* BLAKE2b-256(key, digest) */
	uint64_t created_at;
	uint32_t created_by; /* the uid of who had it generated */
	uint64_t expires_at; /* 0: never */
	struct limits limits;
	char note[PAT_NOTE_BYTES_MAX + 1]; /* of its owner, for people; decides nothing */

	uint64_t revoked_at;    /* 0: not revoked */
	uint64_t revoked_until; /* 0: until it is restored; else it comes back by itself */
	char revoked_reason[TOKEN_REASON_MAX + 1];
	uint64_t restored_at; /* 0: never was */

	uint32_t rotations;  /* how many secrets it had before this one */
	uint64_t rotated_at; /* 0: never was */
	/* The secret before, and until when it works beside the new one; 0: not any more. */
	uint8_t former_verifier[TOKEN_VERIFIER_LEN];
	uint64_t former_until;

	uint64_t uses;
	uint64_t last_used_at; /* 0: not used */
	char last_used_service[PAT_SERVICE_MAX + 1];
	char last_used_from[sizeof(((struct pat_request *)0)->rhost)]; /* "": locally */
	uint8_t mac[TOKEN_MAC_LEN]; /* under the key, over all of it */

	/* Of a fleet token: see doc/fleet.md.  issuer "": it is none. */
	char issuer[FLEET_NAME_LEN_MAX + 1];
	uint64_t number;                  /* of the version that is kept, among all of its issuer */
	uint8_t row_hash[FLEET_HASH_LEN]; /* of its row; zeros: its issuer does not know it */
	bool held;                        /* revoked here, and no row of its issuer says so yet */
};

/* Its columns, in the order of the MAC. */
extern const struct table token_table;

/* Whether what is bound to that uid is for who has uid, as far as uids say. */
static inline bool token_uid_fits(uint32_t bound, uint32_t uid)
{
	return bound == TOKEN_UID_ANY || bound == uid;
}

enum token_state {
	TOKEN_ACTIVE,
	TOKEN_REVOKED,
	TOKEN_EXPIRED,
	TOKEN_ENDED, /* what it is bound to has */
	TOKEN_EXHAUSTED,
	TOKEN_DISABLED, /* its user is, or all are */
	TOKEN_PENDING,  /* before its not_before */
	TOKEN_STALE,    /* of the fleet: what is known of its issuer is too old, or incomplete */
	TOKEN_UNKNOWN_ISSUER, /* of the fleet: its issuer is trusted no more */
	TOKEN_ALTERED,
	TOKEN_STATES
};

/* "active", …  Static. */
const char *token_state_text(enum token_state state);

/* What happens to a token. */
enum token_event {
	TOKEN_GENERATED,
	TOKEN_CHANGED,      /* by a caller or by time */
	TOKEN_BULK_CHANGED, /* its state was changed by an operation on many tokens */
	TOKEN_USED,
	TOKEN_DELETED
};

#define TOKEN_EVENTS (TOKEN_DELETED + 1)
