/* A token as patd keeps it: one row of the database. */
#ifndef PATD_TOKEN_H
#define PATD_TOKEN_H

#include <stdint.h>

#include "common/name.h"
#include "common/token.h"
#include "common/wire.h"

#define TOKEN_USER_BYTES_MAX 255 /* LOGIN_NAME_MAX without its NUL */
#define TOKEN_VERIFIER_LEN 32
#define TOKEN_MAC_LEN 32

struct token {
	struct pat_id id;
	char name[PAT_NAME_BYTES_MAX + 1];
	uint32_t uid;
	char user[TOKEN_USER_BYTES_MAX + 1];
	uint8_t verifier[TOKEN_VERIFIER_LEN]; /* BLAKE2b-256(key, digest) */
	uint64_t created_at;
	uint64_t expires_at; /* 0: never */
	uint64_t revoked_at; /* 0: not revoked */
	/* Not covered by the MAC, for they decide nothing. */
	uint64_t last_used_at; /* 0: not used */
	char last_used_service[PAT_SERVICE_MAX + 1];
	uint8_t mac[TOKEN_MAC_LEN];
};

enum token_state {
	TOKEN_ACTIVE,
	TOKEN_REVOKED,
	TOKEN_EXPIRED,
	TOKEN_ALTERED,
	TOKEN_STATES
};

/* "active", …  Static. */
const char *token_state_text(enum token_state state);

#endif
