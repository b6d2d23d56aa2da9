/*
 * The verification door: one request, one reply, over AF_UNIX SOCK_SEQPACKET, so that each is
 * exactly one packet.  Both ends are on one machine, so integers are in host order; another
 * version of the protocol has another magic and, where it has another size, is refused by that.
 *
 * Both structs have no padding.  Text is NUL-terminated and NUL-filled to the end of its field:
 * nothing of the sender's memory rides along, and pat_request_check() insists on it.
 */
#ifndef COMMON_WIRE_H
#define COMMON_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/token_format.h"

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
	char rhost[256];  /* PAM_RHOST, empty for a local login; may be cut short */
	char tty[64];     /* PAM_TTY, may be empty; may be cut short */
	uint32_t account; /* bits of enum pat_account */
};

/* What the module knows of the user's account.  Without PAT_ACCOUNT_SEEN it could not look. */
enum pat_account {
	PAT_ACCOUNT_SEEN = 1 << 0,    /* shadow(5) was read, or the user needs no entry there */
	PAT_ACCOUNT_EXPIRED = 1 << 1, /* the account's expiration date has come */
	PAT_ACCOUNT_LOCKED = 1 << 2,  /* the password is locked, as by passwd -l */
	PAT_ACCOUNT_ALL = PAT_ACCOUNT_SEEN | PAT_ACCOUNT_EXPIRED | PAT_ACCOUNT_LOCKED
};

_Static_assert(sizeof(struct pat_request) == 700, "no padding in a request");

/* Values are part of the protocol.  Zero is a refusal. */
enum pat_verdict {
	PAT_WRONG = 0, /* unknown id, or the secret does not match: nothing more is told */
	PAT_ACCEPTED = 1,
	/* The secret matched, and yet: */
	PAT_REVOKED = 2,
	PAT_EXPIRED = 3,
	PAT_OTHER_USER = 4, /* bound to another uid or another user name */
	/* Whatever the token: */
	PAT_NOT_ALLOWED =
		5,      /* not asked by this caller, or not at this service, whatever the token */
	PAT_BUSY = 6,   /* the caller asks too often */
	PAT_FAILED = 7, /* patd could not decide; its log says why */
	/* Again after the secret matched: */
	PAT_NOT_YET = 8,         /* before the token's not_before */
	PAT_OUT_OF_HOURS = 9,    /* outside its hours */
	PAT_WRONG_SERVICE = 10,  /* it is not for this service */
	PAT_WRONG_SOURCE = 11,   /* nor for logins from there */
	PAT_EXHAUSTED = 12,      /* its uses are used up */
	PAT_ROTATED = 13,        /* this secret was replaced by another */
	PAT_DISABLED = 14,       /* the user's tokens are disabled, or all are */
	PAT_AGAINST_POLICY = 15, /* patd.conf forbids it */
	PAT_ACCOUNT_CLOSED = 16, /* the account has expired, or is locked where that counts */
	PAT_VERDICTS
};

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

/* One or two words for a log: "accepted", "revoked".  Static; never NULL. */
const char *pat_verdict_text(uint32_t verdict);

#endif
