/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rows that patd answers with.  Their tables give each member that is shown the name of its
 * property in org.patd.Tokens1, its key in JSON, and its place in both and in the bytes: see
 * common/pack.h.  States, events and
 * verdicts are words here, so that who shows a row needs no other table.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/field.h"
#include "patd/model/approval.h"
#include "patd/model/entry.h"
#include "patd/model/limits.h"
#include "patd/model/session.h"
#include "patd/model/token.h"

#define ROW_WORD_MAX 31      /* bytes of a state, an event, a verdict */
#define ROW_SETTING_MAX 4095 /* bytes of a value in patd.conf, whose lines are no longer */

/* A token as of now and under the policy: what has passed is not in it.  See struct token. */
struct token_row {
	struct pat_id id;
	char name[PAT_NAME_BYTES_MAX + 1];
	uint32_t uid;
	char user[TOKEN_USER_BYTES_MAX + 1];
	char state[ROW_WORD_MAX + 1];
	uint64_t created_at, expires_at;
	uint32_t created_by;
	struct limits limits;
	char note[PAT_NOTE_BYTES_MAX + 1];
	uint64_t uses;
	uint32_t sessions; /* that it has opened, and that are open */
	uint64_t revoked_at, revoked_until;
	char revoked_reason[TOKEN_REASON_MAX + 1];
	uint32_t rotations;
	uint64_t rotated_at, former_until;
	uint64_t last_used_at;
	char last_used_service[PAT_SERVICE_MAX + 1];
	char last_used_from[sizeof(((struct token *)0)->last_used_from)];
	char issuer[FLEET_NAME_LEN_MAX + 1]; /* of a fleet token; "": it is none */
};

/* An entry of the history.  See struct entry. */
struct entry_row {
	uint64_t seq, at;
	char event[ROW_WORD_MAX + 1];
	uint32_t uid, by_uid;
	char how[ROW_WORD_MAX + 1];
	char result[ROW_WORD_MAX + 1]; /* "": no login */
	bool new_service, new_network;
	uint64_t unrecorded;
	struct pat_id id;
	char user[TOKEN_USER_BYTES_MAX + 1];
	char name[PAT_NAME_BYTES_MAX + 1];
	char service[PAT_SERVICE_MAX + 1];
	char rhost[sizeof(((struct entry *)0)->rhost)];
	char tty[sizeof(((struct entry *)0)->tty)];
	char detail[ENTRY_DETAIL_MAX + 1];
	char command[PROCESS_COMMAND_MAX + 1];
	char process[PROCESS_TEXT_MAX + 1];
	bool answered;
	uint32_t answered_by;
};

/* A user, or everybody (""), whose tokens are disabled. */
struct disabled_row {
	char user[TOKEN_USER_BYTES_MAX + 1];
	uint64_t at;
	char reason[TOKEN_REASON_MAX + 1];
	uint32_t by_uid;
};

/* Where a token was used from: an address, or "local". */
struct source_row {
	char from[sizeof(((struct entry *)0)->rhost)];
	char service[PAT_SERVICE_MAX + 1];
	uint64_t at;
};

/* A session that is open.  See struct session. */
struct session_row {
	uint64_t number;
	struct pat_id token;
	char name[PAT_NAME_BYTES_MAX + 1];
	uint32_t uid;
	char user[TOKEN_USER_BYTES_MAX + 1];
	char service[PAT_SERVICE_MAX + 1];
	char from[sizeof(((struct session *)0)->rhost)]; /* an address, or "local" */
	char tty[sizeof(((struct session *)0)->tty)];
	uint32_t pid;
	char logind[sizeof(((struct session *)0)->logind)];
	uint64_t opened_at;
	bool ending;
};

/* A setting of patd.conf(5) in force. */
struct setting_row {
	char key[320]; /* of a verifier it has the name of a user */
	char value[ROW_SETTING_MAX + 1];
	char source[ROW_SETTING_MAX + 1];
};

/* An issuer of fleet tokens that is trusted here.  See struct fleet_state. */
struct fleet_issuer_row {
	char name[FLEET_NAME_LEN_MAX + 1];
	uint64_t number, last; /* of the latest row here, and of the issuer */
	uint64_t beat_at;
	bool complete;
	uint64_t tokens;
	char standing[ROW_WORD_MAX +
		      1]; /* the verdict on its tokens, "accepted" if they are good */
};

/* A machine of the fleet, and how far it is with an issuer. */
struct fleet_host_row {
	char host[FLEET_NAME_LEN_MAX + 1];
	uint64_t seen_at;
	char issuer[FLEET_NAME_LEN_MAX + 1]; /* "": it has rows of none */
	uint64_t number;
	uint64_t last; /* the issuer's latest, as far as it is known here; 0: it is not */
};

/* A use that waits for a person's word. */
extern const struct table approval_table;

extern const struct table entry_row_table, disabled_row_table, source_row_table, setting_row_table,
	session_row_table, fleet_issuer_row_table, fleet_host_row_table;

/* The restrictions are in it by their own table, common/restriction.h. */
const struct table *token_row_table(void);

/* The member of that restriction: a text, or a uint64_t. */
const void *token_row_restriction(const struct token_row *row, enum pat_restriction restriction);
