/*
 * The verification door: one request, one reply, over AF_UNIX SOCK_SEQPACKET, so that each is
 * exactly one packet.  Both ends are on one machine, so integers are in host order; another
 * version of the protocol has another magic and, where it has another size, is refused by that.
 *
 * Both structs have no padding.  Text is NUL-terminated and NUL-filled to the end of its field:
 * nothing of the sender's memory rides along, and pat_request_check() insists on it.
 */
#ifndef PAT_COMMON_WIRE_H
#define PAT_COMMON_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/token.h"

#define PAT_REQUEST_MAGIC UINT32_C(0x31544150) /* "PAT1" in memory on little endian */
#define PAT_REPLY_MAGIC UINT32_C(0x31746170)   /* "pat1" */

#define PAT_SERVICE_MAX 63 /* bytes */

#define PAT_ROOT_SOCKET "root.sock" /* 0600: callers with effective uid 0 */
#define PAT_USER_SOCKET "user.sock" /* 0666: everybody, for their own uid only */

struct pat_request {
	uint32_t magic;
	uint32_t uid; /* of the user who logs in, as the module resolved it */
	char id[16];  /* the token's id */
	struct pat_digest digest;
	char user[256];                    /* the user's name, LOGIN_NAME_MAX; never empty */
	char service[PAT_SERVICE_MAX + 1]; /* PAM_SERVICE; never empty */
	char rhost[256]; /* PAM_RHOST, empty for a local login; may be cut short */
	char tty[64];    /* PAM_TTY, may be empty; may be cut short */
};

_Static_assert(sizeof(struct pat_request) == 696, "no padding in a request");

/* Values are part of the protocol.  Zero is a refusal. */
enum pat_verdict {
	PAT_WRONG = 0, /* unknown id, or the secret does not match: nothing more is told */
	PAT_ACCEPTED = 1,
	/* The secret matched, and yet: */
	PAT_REVOKED = 2,
	PAT_EXPIRED = 3,
	PAT_OTHER_USER = 4, /* bound to another uid or another user name */
	/* Whatever the token: */
	PAT_NOT_ALLOWED = 5, /* not from this caller, or not there; patd's log says why */
	PAT_BUSY = 6,        /* the caller asks too often */
	PAT_FAILED = 7,      /* patd could not decide; its log says why */
	PAT_VERDICTS
};

struct pat_reply {
	uint32_t magic;
	uint32_t verdict;    /* enum pat_verdict */
	uint64_t expires_at; /* seconds UTC, 0 for never; only with PAT_ACCEPTED and PAT_EXPIRED */
};

_Static_assert(sizeof(struct pat_reply) == 16, "no padding in a reply");

/* Copies text into a field of size bytes, NUL-filled.  False, and all NUL, if it does not fit. */
bool pat_field_set(char *field, size_t size, const char *text);

/* As pat_field_set(), but text that does not fit is cut short. */
void pat_field_cut(char *field, size_t size, const char *text);

/* Whether len bytes received are a request that keeps every rule above. */
bool pat_request_check(const struct pat_request *request, size_t len);

/* Whether len bytes received are a reply that keeps every rule above. */
bool pat_reply_check(const struct pat_reply *reply, size_t len);

/* One or two words for a log: "accepted", "revoked".  Static; never NULL. */
const char *pat_verdict_text(uint32_t verdict);

#endif
