/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A session of PAM that a token has opened. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/field.h"
#include "common/wire.h"
#include "patd/model/token.h"
#include "patd/util/lifespan.h"

struct session {
	uint64_t number;             /* 1, 2, 3 …, in the order in which they were opened */
	char boot[LIFESPAN_ID_SIZE]; /* the id of the boot that the process is of */
	uint32_t pid;                /* of the process that has it open, as sshd or sudo, */
	uint64_t start_time;         /* see struct pat_process */
	struct pat_id token;
	char name[PAT_NAME_BYTES_MAX + 1]; /* of the token */
	uint32_t uid;                      /* whose session it is */
	char user[TOKEN_USER_BYTES_MAX + 1];
	char service[PAT_SERVICE_MAX + 1];
	char rhost[sizeof(((struct pat_session *)0)->rhost)]; /* the source, as of a use */
	char tty[sizeof(((struct pat_session *)0)->tty)];
	char logind[sizeof(((struct pat_session *)0)->logind)]; /* the id of logind's; "": none */
	uint64_t opened_at;                                     /* seconds UTC */
	bool ending; /* it is to be ended, and was open when patd looked last */
};

/* Its columns. */
extern const struct table session_table;
