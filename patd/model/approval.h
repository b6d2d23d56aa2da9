/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A use of a token that waits for a person's word, as it is shown to the person. */
#pragma once

#include <stdint.h>

#include "patd/model/login_process.h"
#include "patd/model/token.h"

/* Base62: random, so that no late word is about another use. */
#define APPROVAL_ID_LEN 6

struct approval {
	char id[APPROVAL_ID_LEN + 1];
	struct pat_id token;
	char name[PAT_NAME_BYTES_MAX + 1]; /* of the token */
	uint32_t uid;                      /* of its user */
	char user[TOKEN_USER_BYTES_MAX + 1];
	char service[PAT_SERVICE_MAX + 1];
	char rhost[sizeof(((struct pat_request *)0)->rhost)]; /* the source */
	char tty[sizeof(((struct pat_request *)0)->tty)];
	struct process process;
	uint64_t asked_at, ends_at; /* seconds UTC */
};
