/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The protocol of the verification sockets: one request, one reply, over AF_UNIX SOCK_SEQPACKET,
 * so that each is exactly one packet.  Only a use that somebody must approve takes two more: the
 * reply is PAT_ASKED at first, the client sends a struct pat_process, and the verdict follows when
 * somebody has decided, or nobody did in time.  On root.sock a struct pat_session may take the
 * place of the request: a token has opened a session, or that one closes.  Both ends are on one
 * machine, so integers are in host order; another version of the protocol has another magic, and is
 * also refused if its size differs.
 *
 * The structs have no padding.  Text is NUL-terminated and NUL-filled to the end of its field, so
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
#define PAT_PROCESS_MAGIC UINT32_C(0x50544150) /* "PATP" */
#define PAT_SESSION_MAGIC UINT32_C(0x53544150) /* "PATS" */

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
	char rhost[256];  /* PAM_RHOST, empty if unset: local or unknown; may be cut short */
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
	uint32_t verdict; /* enum pat_verdict */
	/*
	 * With PAT_ACCEPTED and PAT_EXPIRED: seconds UTC, 0 for never.  With PAT_ASKED: within how
	 * many seconds the verdict comes, 1 to PAT_CONFIRM_MAX.  With all others 0.
	 */
	uint64_t expires_at;
	/*
	 * With PAT_ACCEPTED: not 0 if the secret is one that was replaced, and works until
	 * then, or until the new one is used.
	 */
	uint64_t replaced_until;
};

_Static_assert(sizeof(struct pat_reply) == 24, "no padding in a reply");

#define PAT_CONFIRM_MAX 3600U /* seconds that a use may wait for its approval */

/*
 * The process that asks, as the module, which runs in it as root, reads it from proc(5).  What it
 * was started with is shown to the person who decides, so its bytes are as the kernel has them:
 * words, each with a NUL after it, or the beginning of them.
 */
struct pat_process {
	uint32_t magic;
	uint32_t pid;
	uint64_t start_time; /* clock ticks after boot: with pid the name of a process, for good */
	uint32_t uid;        /* the real one: who started it */
	uint32_t parent_pid; /* 0: there is none, or it is not known */
	uint32_t command_len, parent_len; /* bytes of the two that follow, */
	uint32_t command_cut, parent_cut; /* and 1 if they are not all */
	char command[2048];
	char parent[512];
	char directory[512]; /* may be empty; may be cut short */
};

_Static_assert(sizeof(struct pat_process) == 3112, "no padding in a process");

enum pat_session_event {
	PAT_SESSION_OPENS = 1,
	PAT_SESSION_CLOSES = 2,
};

/*
 * A session of PAM that a token opens, as the module sees it, in the process that opens it as root.
 * The verdict in the reply: PAT_ACCEPTED, or why there must be no such session, as when the token
 * was revoked since it was accepted.
 */
struct pat_session {
	uint32_t magic;
	uint32_t event; /* enum pat_session_event */
	uint32_t uid;   /* of the user whose session it is, as the module resolved it */
	uint32_t pid;
	uint64_t start_time; /* of the process: see struct pat_process */
	char id[16];         /* the token's id */
	char user[PAT_USER_MAX + 1];
	char service[PAT_SERVICE_MAX + 1];
	char rhost[256];
	char tty[64];
	char logind[64]; /* XDG_SESSION_ID of pam_systemd; "": it opened none, or not yet */
};

_Static_assert(sizeof(struct pat_session) == 744, "no padding in a session");

/* Copies text into a field of size bytes, NUL-filled.  False, and all NUL, if it does not fit. */
bool pat_field_set(char *field, size_t size, const char *text);

/* As pat_field_set(), but text that does not fit is cut short. */
void pat_field_cut(char *field, size_t size, const char *text);

/* Whether len bytes received are a request that keeps every rule above. */
bool pat_request_check(const struct pat_request *request, size_t len);

/* Whether len bytes received are a process that keeps every rule above. */
bool pat_process_check(const struct pat_process *process, size_t len);

/* Whether len bytes received are a session that keeps every rule above. */
bool pat_session_check(const struct pat_session *session, size_t len);

/* Whether len bytes received are a reply that keeps every rule above. */
bool pat_reply_check(const struct pat_reply *reply, size_t len);
