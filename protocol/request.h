/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The protocol of patd for those that ask on behalf of people: patd-bus, over front.sock, and
 * patctl run by root, over root.sock.
 *
 * Over AF_UNIX SOCK_SEQPACKET, so that each request and each answer (protocol/answer.h) is exactly
 * one packet; a connection carries many, and answers are matched by serial.  A request is a fixed
 * struct: a head, which says who asks, and the part of its kind.  Both ends are on one machine, and
 * of one version: integers are in host order, and another version has another magic.
 *
 * The structs have no padding.  Text is NUL-terminated and NUL-filled to the end of its field;
 * request_check() insists on that, and on nothing else about it: the rules say what a text may be.
 * A field has one byte more than the rules let its text have, so that one that was cut is refused
 * by them.
 *
 * No descriptor is ever sent to patd.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/name.h"
#include "common/restriction.h"
#include "common/wire.h"

#define REQUEST_MAGIC UINT32_C(0x31524150) /* "PAR1" in memory on little endian */

#define PAT_FRONT_SOCKET "front.sock" /* 0600, of patd-bus's user */

/* Bytes, each with its NUL. */
#define REQUEST_USER_SIZE (PAT_USER_MAX + 1)
#define REQUEST_NAME_SIZE (PAT_NAME_BYTES_MAX + 4)
#define REQUEST_NOTE_SIZE (PAT_NOTE_BYTES_MAX + 12)
#define REQUEST_REASON_SIZE 264
#define REQUEST_ID_SIZE 16
#define REQUEST_WORD_SIZE 64
#define REQUEST_PATTERN_SIZE 264
#define REQUEST_SERVICE_SIZE 256
#define REQUEST_FROM_SIZE 256
#define REQUEST_CURSOR_SIZE 1368      /* TOKENS_CURSOR_MAX, and some */
#define REQUEST_RESTRICTION_SIZE 2048 /* as people write one */

enum request_kind {
	REQUEST_VERIFY, /* a login, from user.sock */
	REQUEST_MANAGER,
	REQUEST_POLICY,
	REQUEST_LIST,
	REQUEST_GET,
	REQUEST_MAY_GENERATE, /* the same part as REQUEST_GENERATE, and nothing is changed */
	REQUEST_GENERATE,
	REQUEST_REVOKE,
	REQUEST_RESTORE,
	REQUEST_RENAME,
	REQUEST_ROTATE,
	REQUEST_DELETE,
	REQUEST_REVOKE_ALL,
	REQUEST_DISABLE,
	REQUEST_ENABLE,
	REQUEST_LIST_DISABLED,
	REQUEST_CHECK,
	REQUEST_HISTORY,
	REQUEST_SOURCES,
	REQUEST_VERIFY_HISTORY,
	REQUEST_FOLLOW,
	REQUEST_BACKUP, /* over root.sock only */
	REQUEST_CANCEL, /* ends the request of that serial, which gets no answer any more */
	REQUEST_SET,
	REQUEST_LIST_APPROVALS,
	REQUEST_APPROVE,
	REQUEST_DENY,
	REQUEST_LIST_SESSIONS,
	REQUEST_FLEET_STATUS, /* this and the next two over root.sock only */
	REQUEST_FLEET_HOSTS,
	REQUEST_FLEET_NEW_KEY,
	REQUEST_KINDS
};

/*
 * Who asks, as patd-bus learned it from the bus and polkit.  Over root.sock it is uid 0, and this
 * is all zeros.
 */
struct request_caller {
	uint32_t uid;
	uint32_t granted; /* by polkit: a bit for each enum action, 1 << action */
	char user[REQUEST_USER_SIZE];
};

struct request_head {
	uint32_t magic;
	uint32_t kind;   /* enum request_kind */
	uint64_t serial; /* of the connection; not 0 */
	struct request_caller caller;
};

/* Which texts of the part are given, also if they are empty: a bit for each. */
enum request_given {
	GIVEN_USER = 1 << 0,
	GIVEN_NAME = 1 << 1,
	GIVEN_NAME_PATTERN = 1 << 2,
	GIVEN_ID_PREFIX = 1 << 3,
	GIVEN_STATE = 1 << 4,
	GIVEN_SERVICE = 1 << 5,
	GIVEN_GOOD_FOR = 1 << 6,
	GIVEN_UNUSED_SINCE = 1 << 7,
	GIVEN_EXPIRING_BEFORE = 1 << 8,
	GIVEN_ALL = 1 << 9, /* everybody's */
	GIVEN_LIFETIME = 1 << 10,
	GIVEN_EXPIRES_AT = 1 << 11,
	GIVEN_RECIPIENT = 1 << 12, /* the secret is sealed to it; else it comes in a memfd */
	GIVEN_PERIOD = 1 << 13,    /* of a suspension */
	GIVEN_REASON = 1 << 14,
	GIVEN_FROM = 1 << 15,
	GIVEN_TOKEN = 1 << 16,
	GIVEN_REVERSE = 1 << 17,
	GIVEN_GRACE = 1 << 18,
	GIVEN_ACCOUNT = 1 << 19,
	GIVEN_NOTE = 1 << 20,
	GIVEN_END_SESSIONS = 1 << 21, /* end the sessions that the tokens have opened */
	GIVEN_FLEET = 1 << 22,        /* fleet tokens: see doc/fleet.md */
	GIVEN_RESTRICTION = 1 << 23,  /* of the first one; see given_restriction() */
	GIVEN_EVERYTHING = (int)(((uint32_t)GIVEN_RESTRICTION << PAT_RESTRICTIONS) - 1)
};

static inline uint32_t given_restriction(enum pat_restriction restriction)
{
	return (uint32_t)GIVEN_RESTRICTION << restriction;
}

/* REQUEST_GET, _RESTORE, _DELETE, _SOURCES */
struct request_token {
	char id[REQUEST_ID_SIZE];
};

struct request_list {
	uint32_t given;
	uint32_t limit;
	uint64_t unused_since, expiring_before;
	char user[REQUEST_USER_SIZE];
	char name[REQUEST_NAME_SIZE];
	char name_pattern[REQUEST_PATTERN_SIZE];
	char id_prefix[REQUEST_ID_SIZE];
	char state[REQUEST_WORD_SIZE];
	char service[REQUEST_SERVICE_SIZE];
	char good_for[REQUEST_SERVICE_SIZE];
	char cursor[REQUEST_CURSOR_SIZE]; /* "": from the start */
};

/* REQUEST_GENERATE and REQUEST_MAY_GENERATE, before whose user is looked up, so that uid is 0. */
struct request_generate {
	uint32_t given;
	uint32_t uid; /* of user */
	uint64_t lifetime, expires_at;
	uint8_t recipient[32];        /* a public key of X25519 */
	char user[REQUEST_USER_SIZE]; /* the owner */
	char name[REQUEST_NAME_SIZE];
	char note[REQUEST_NOTE_SIZE];       /* "": none */
	uint64_t numbers[PAT_RESTRICTIONS]; /* of restrictions, or */
	char texts[PAT_RESTRICTIONS][REQUEST_RESTRICTION_SIZE];
};

struct request_revoke {
	char id[REQUEST_ID_SIZE];
	uint64_t period; /* seconds */
	uint32_t given;
	uint32_t unused;
	char reason[REQUEST_REASON_SIZE];
};

struct request_rename {
	char id[REQUEST_ID_SIZE];
	char name[REQUEST_NAME_SIZE];
};

struct request_rotate {
	char id[REQUEST_ID_SIZE];
	uint64_t grace; /* seconds */
	uint32_t given;
	uint32_t unused;
	uint8_t recipient[32];
	uint64_t lifetime, expires_at; /* neither given: its expiration stays */
};

/* What is not given stays; a text that is given and empty is taken away. */
struct request_set {
	char id[REQUEST_ID_SIZE];
	uint64_t lifetime, expires_at;
	uint32_t given;
	uint32_t unused;
	char note[REQUEST_NOTE_SIZE];
	char texts[PAT_RESTRICTIONS][REQUEST_RESTRICTION_SIZE];
};

/* All tokens of that user. */
struct request_revoke_all {
	uint64_t period;
	uint32_t given;
	uint32_t uid;
	char user[REQUEST_USER_SIZE];
	char reason[REQUEST_REASON_SIZE];
};

/* REQUEST_DISABLE and REQUEST_ENABLE: with GIVEN_USER that user, or with GIVEN_ALL everybody. */
struct request_disable {
	uint32_t given;
	uint32_t unused;
	char user[REQUEST_USER_SIZE];
	char reason[REQUEST_REASON_SIZE];
};

/* With GIVEN_ACCOUNT the account counts as at a login; else it counts as good. */
struct request_check {
	uint32_t given;
	uint32_t account; /* bits of enum pat_account, as the caller sees it */
	char id[REQUEST_ID_SIZE];
	struct pat_digest digest;
	char service[REQUEST_SERVICE_SIZE];
	char from[REQUEST_FROM_SIZE];
};

struct request_history {
	uint32_t given;
	uint32_t limit;
	uint64_t since, until, after;
	char user[REQUEST_USER_SIZE];
	char id[REQUEST_ID_SIZE];
	char cursor[REQUEST_CURSOR_SIZE];
};

/* Everybody's with GIVEN_ALL, else the caller's own.  A connection follows once. */
struct request_follow {
	uint32_t given;
	uint32_t unused;
};

/* REQUEST_APPROVE, _DENY: a use that waits for a word. */
struct request_approval {
	char id[REQUEST_ID_SIZE];
};

/* Of everybody's tokens with GIVEN_ALL, else of the caller's; id: that one, "": any. */
struct request_approvals {
	uint32_t given;
	uint32_t unused;
	char id[REQUEST_ID_SIZE];
};

/* With GIVEN_USER of that user, or with GIVEN_ALL of everybody, else the caller's own. */
struct request_sessions {
	uint32_t given;
	uint32_t limit;
	char user[REQUEST_USER_SIZE];
	char id[REQUEST_ID_SIZE]; /* of a token; "": any */
	char cursor[REQUEST_CURSOR_SIZE];
};

struct request_cancel {
	uint64_t serial;
};

struct request {
	struct request_head head;
	union {
		struct pat_request verify; /* the caller is the peer on user.sock */
		struct request_token token;
		struct request_list list;
		struct request_generate generate;
		struct request_revoke revoke;
		struct request_rename rename;
		struct request_rotate rotate;
		struct request_set set;
		struct request_revoke_all revoke_all;
		struct request_disable disable;
		struct request_check check;
		struct request_history history;
		struct request_follow follow;
		struct request_approval approval;
		struct request_approvals approvals;
		struct request_sessions sessions;
		struct request_cancel cancel;
	};
};

/* How long a request of that kind is; 0: there is no such kind. */
size_t request_size(uint32_t kind);

/* The word for that kind, static, for messages. */
const char *request_word(uint32_t kind);

/* Whether len bytes received are a request that keeps every rule above. */
bool request_check(const struct request *request, size_t len);
