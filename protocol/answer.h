/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers of patd to requests (protocol/request.h): packets of a head, and a body by their kind.
 *
 * A request gets any number of ANSWER_ROWS and ANSWER_PROGRESS, and then one ANSWER_DONE or
 * ANSWER_REFUSED.  What happens to tokens comes unasked to a connection that follows, with serial
 * 0, and before the answer to whoever caused it.
 *
 * What a change answers is sent when the change is on disk: see patd/db/sync.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/verdict.h"
#include "common/wire.h"
#include "protocol/fleet.h"
#include "protocol/request.h"

#define ANSWER_MAGIC UINT32_C(0x31726170) /* "par1" */
#define ANSWER_BODY_MAX (32 * 1024)       /* bytes */
#define ANSWER_WHY_SIZE 512
#define ANSWER_BACKUP_HEADER 88              /* BACKUP_HEADER_LEN of patd/backup/backup_file.h */
#define ANSWER_KEY_SIZE 48                   /* of a public key in base64, with the NUL */
#define ANSWER_BOX_SIZE (PAT_TOKEN_LEN + 48) /* crypto_box_SEALBYTES */

enum answer_kind {
	ANSWER_DONE,     /* the body by the kind of the request: see below */
	ANSWER_REFUSED,  /* why, a sentence for a person, NUL-terminated; error is not PAT_OK */
	ANSWER_ROWS,     /* rows, one after the other: see common/pack.h */
	ANSWER_PROGRESS, /* struct answer_progress */
	ANSWER_TOKEN,    /* one token_row; rows of the head is an enum token_event */
	ANSWER_ENTRY,    /* struct answer_entry: the history has a new entry */
	ANSWER_APPROVAL, /* one struct approval; rows of the head is 1 if it waits, and 0 no more */
	ANSWER_SESSION   /* one session_row: it is to be ended; for a patd-bus that follows all */
};

struct answer_head {
	uint32_t magic;
	uint32_t kind;
	uint64_t serial;
	uint32_t error;     /* enum pat_error */
	uint32_t lacks;     /* with PAT_ERR_DENIED: the enum action that would change that, */
	uint32_t operation; /* and the enum operation that it is about */
	uint32_t rows;      /* how many; of ANSWER_TOKEN and ANSWER_APPROVAL see there */
};

_Static_assert(sizeof(struct answer_head) == 32, "no padding in a head");

/* Of REQUEST_MANAGER. */
struct answer_manager {
	uint64_t now; /* seconds UTC, by which tokens expire */
	uint64_t default_lifetime;
	uint64_t history_break; /* seq of the altered entry that stops its pruning; 0: none */
};

/* Of REQUEST_LIST, REQUEST_HISTORY and REQUEST_LIST_SESSIONS, after the rows; "": that was the last
 * page. */
struct answer_page {
	char cursor[REQUEST_CURSOR_SIZE];
	uint64_t damaged; /* rows of tokens that cannot be read; of all users' tokens, for uid 0 */
};

/*
 * Of REQUEST_GENERATE and REQUEST_ROTATE.  Without a recipient the packet has a descriptor beside
 * it (SCM_RIGHTS), a write-sealed memfd with the secret, and the box is all zeros.
 */
struct answer_secret {
	char id[REQUEST_ID_SIZE];
	uint8_t box[ANSWER_BOX_SIZE];
};

/* Of REQUEST_REVOKE_ALL. */
struct answer_count {
	uint64_t count;
};

/* Of REQUEST_CHECK: what a login would be refused for; n 0: it would be accepted. */
struct answer_check {
	uint32_t n;
	uint32_t verdicts[PAT_VERDICTS];
};

/* Of REQUEST_VERIFY_HISTORY.  bad: seq, 0: none; then problem says what is wrong there. */
struct answer_verify_history {
	uint64_t entries, first, bad;
	char problem[ANSWER_WHY_SIZE];
};

/*
 * Of REQUEST_FLEET_STATUS, after a row for each issuer that is trusted here: this machine in its
 * fleet, and patd-fleet's latest report.
 */
struct answer_fleet {
	uint64_t last;      /* as an issuer: the number of its latest row */
	uint64_t since;     /* the hub: connected or lost, seconds UTC; 0: there is no report */
	uint32_t hub;       /* 1: patd.conf names one */
	uint32_t attached;  /* 1: patd-fleet is connected to patd, */
	uint32_t connected; /* 1: and to the hub */
	uint32_t unused;
	char host[FLEET_NAME_SIZE];
	char issuer[FLEET_NAME_SIZE]; /* "": it is none, and has no key */
	char key[ANSWER_KEY_SIZE];
	char next_key[ANSWER_KEY_SIZE]; /* with which it signs after REQUEST_FLEET_NEW_KEY */
	char error[FLEET_WHY_SIZE];     /* of patd-fleet, the latest; "": none */
};

/* Of REQUEST_FLEET_NEW_KEY: its public key. */
struct answer_fleet_key {
	char key[ANSWER_KEY_SIZE];
};

/*
 * Of REQUEST_VERIFY: a struct pat_reply.
 * Of REQUEST_BACKUP: nothing, when all has been written.  Its first ANSWER_PROGRESS has a
 * descriptor beside it, the end of a pipe to read the backup from: the image, whose size is
 * `total` / 2, and then the header that stands before it in the file (patd/backup/backup_file.h).
 * Of all others: nothing.
 */

struct answer_progress {
	uint64_t done, total;
};

/* Whose history has a new entry; by_name: of whoever has that user name now. */
struct answer_entry {
	uint32_t by_name;
	uint32_t uid;
	char user[REQUEST_USER_SIZE];
};

struct answer {
	struct answer_head head;
	uint8_t body[ANSWER_BODY_MAX];
};

/* How long the body of ANSWER_DONE is for a request of that kind. */
size_t answer_done_size(uint32_t request_kind);

/*
 * Whether len bytes received are an answer that keeps the rules above.  request_kind: of the
 * request with its serial, REQUEST_KINDS if the serial is 0.
 */
bool answer_check(const struct answer *answer, size_t len, uint32_t request_kind);
