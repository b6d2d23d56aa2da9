/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The format of tokens, and their digest.
 *
 *     pat_ <id: 10> _ <secret: 39> <crc: 6>        60 characters of [0-9A-Za-z_]
 *
 * id      public; the lookup key, and the name in lists and logs.
 * secret  39 base62 characters chosen uniformly: 232.2 bit of entropy.
 * crc     CRC-32 (ISO 3309, as in zlib) of all characters before it, six base62
 *         digits, most significant first.  It distinguishes a token from a Unix password typed at
 *         the same prompt and catches typing errors; it protects nothing.
 *
 * Tokens of the first versions have a secret of 43 characters, and 64 in all.  They are accepted
 * wherever a token is; none is made any more.  doc/decisions.md has the reason.
 *
 * sodium_init() must have been called before pat_token_new() and pat_token_digest().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAT_ID_LEN 10
#define PAT_SECRET_LEN 39
#define PAT_CRC_LEN 6
#define PAT_TOKEN_LEN 60     /* of a token that is made */
#define PAT_TOKEN_LEN_MAX 64 /* of one of the first versions; there are no lengths between */
#define PAT_DIGEST_LEN 32

struct pat_id {
	char text[PAT_ID_LEN + 1];
};

struct pat_digest {
	uint8_t bytes[PAT_DIGEST_LEN];
};

/* Whether text is exactly PAT_ID_LEN base62 characters. */
bool pat_id_valid(const char *text);

/* Whether text is 1 to PAT_ID_LEN base62 characters. */
bool pat_id_prefix_valid(const char *text);

/* Whether a token can have so many characters. */
bool pat_token_len_valid(size_t len);

/*
 * Whether text is a well-formed token with a matching crc.  Writes the id to *ret_id if it is,
 * and leaves *ret_id untouched if not.
 */
bool pat_token_parse(const char *text, struct pat_id *ret_id);

/* At most so many before and after a token together: what a terminal, an editor or a file adds. */
#define PAT_BLANKS_MAX 16

/* A token within a text, which owns the characters. */
struct pat_found {
	const char *token; /* not NUL-terminated */
	size_t len;
	struct pat_id id;
	bool blanks; /* there are some before or after it */
};

/*
 * Whether text is a token, before and after which it may have blanks, as spaces, tabs, CR and
 * newlines.  *ret_found is untouched if it is anything else.
 *
 * How long it takes tells no more of a text that is none than its length, and whether the rest, if
 * it is as long as a token, looks like one: how many blanks a password begins or ends with does
 * not count.
 */
bool pat_token_find(const char *text, struct pat_found *ret_found);

/* Whether a token is anywhere in text, which is not secret then; *ret_id is the first one's. */
bool pat_token_within(const char *text, struct pat_id *ret_id);

/*
 * Writes a new random token and a terminating NUL to token, its id to *ret_id.  The caller
 * owns token, keeps it in memory that is wiped, and wipes it.
 */
void pat_token_new(char token[static PAT_TOKEN_LEN + 1], struct pat_id *ret_id);

/* The same with an id that there is: a new secret for it. */
void pat_token_renew(const struct pat_id *id, char token[static PAT_TOKEN_LEN + 1]);

/*
 * BLAKE2b-256("pat-v1" || token), which crosses the verification socket instead of the token.
 * token is len characters, a valid length; either takes one block of BLAKE2b, and so as long.  A
 * process that can reach that socket can log in with the digest as with the token, so callers wipe
 * it.
 */
void pat_token_digest(const char *token, size_t len, struct pat_digest *ret_digest);
