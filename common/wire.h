/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The protocol of the verification sockets: one request, one reply, over AF_UNIX SOCK_SEQPACKET,
 * so that each is exactly one packet.  Both ends are on one machine, so integers are in host order;
 * another version of the protocol has another magic, and is also refused if its size differs.
 *
 * Both structs have no padding.  Text is NUL-terminated and NUL-filled to the end of its field, so
 * that no memory of the sender is sent with it; pat_request_check() insists on that.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/token_format.h"
#include "common/verdict.h"

#define PAT_REQUEST_MAGIC UINT32_C(0x31544150) /* "PAT1" in memory on little endian */
#define PAT_REPLY_MAGIC UINT32_C(0x31746170)   /* "pat1" */

/* bytes */
#define PAT_USER_MAX 255 /* LOGIN_NAME_MAX without its NUL */
#define PAT_SERVICE_MAX 63

#define PAT_ROOT_SOCKET "root.sock" /* 0600: callers with effective uid 0 */
#define PAT_USER_SOCKET "user.sock" /* 0666: everybody, for their own uid only */

/*
 * Milliseconds after which a request that was left unread is repeated.  systemd ends what waits at
 * the socket at each step in which it gives up a patd: what connects between two would be ended
 * too.
 */
#define PAT_REPEAT_MS 100

struct pat_request {
	uint32_t magic;
	uint32_t uid; /* of the user who logs in, as the module resolved it */
	char id[16];  /* the token's id */
	struct pat_digest digest;
	char user[PAT_USER_MAX + 1];       /* the user's name; never empty */
	char service[PAT_SERVICE_MAX + 1]; /* PAM_SERVICE; never empty */
	char rhost[256];  /* PAM_RHOST, empty for a local login; may be cut short */
	char tty[64];     /* PAM_TTY, may be empty; may be cut short */
	uint32_t account; /* bits of enum pat_account */
};

/* The state of the user's account.  Without PAT_ACCOUNT_SEEN the module could not read it. */
enum pat_account {
	PAT_ACCOUNT_SEEN = 1 << 0,    /* shadow(5) was read, or the user needs no entry there */
	PAT_ACCOUNT_EXPIRED = 1 << 1, /* the account's expiration date has come */
	PAT_ACCOUNT_LOCKED = 1 << 2,  /* the password is locked, as by passwd -l */
	PAT_ACCOUNT_ALL = PAT_ACCOUNT_SEEN | PAT_ACCOUNT_EXPIRED | PAT_ACCOUNT_LOCKED
};

_Static_assert(sizeof(struct pat_request) == 700, "no padding in a request");

struct pat_reply {
	uint32_t magic;
	uint32_t verdict;    /* enum pat_verdict */
	uint64_t expires_at; /* seconds UTC, 0 for never; only with PAT_ACCEPTED and PAT_EXPIRED */
	/*
	 * With PAT_ACCEPTED: not 0 if the secret is one that was replaced, and works until
	 * then, or until the new one is used.
	 */
	uint64_t replaced_until;
};

_Static_assert(sizeof(struct pat_reply) == 24, "no padding in a reply");

/* Copies text into a field of size bytes, NUL-filled.  False, and all NUL, if it does not fit. */
bool pat_field_set(char *field, size_t size, const char *text);

/* As pat_field_set(), but text that does not fit is cut short. */
void pat_field_cut(char *field, size_t size, const char *text);

/* Whether len bytes received are a request that keeps every rule above. */
bool pat_request_check(const struct pat_request *request, size_t len);

/* Whether len bytes received are a reply that keeps every rule above. */
bool pat_reply_check(const struct pat_reply *reply, size_t len);
