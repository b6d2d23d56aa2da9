/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the fleet's server share among themselves. */
#pragma once

#include "patd/fleet/fleet_peer.h"
#include "patd/fleet/fleet_server.h"
#include "patd/fleet/fleet_uses.h"
#include "patd/policy/policy.h"
#include "patd/tokens/tokens_fleet.h"
#include "patd/util/turn.h"

struct fleet_server {
	struct tokens *tokens;
	struct sync *sync;
	struct fleet_listener listener;
	sd_event *event;
	sd_event_source *listening;
	struct turn ending;
	struct fleet_peer *peer; /* NULL: none */
	bool greeted;            /* by its hello: from then on it is told of what happens */
	/* The question that is not answered, NULL: none; and the answer as far as it is there. */
	const struct fleet_message *question;
	bool waits_for_disk; /* the answer, for that point; else the question, for the database */
	uint64_t point;
	struct fleet_message answer;
	size_t answer_size; /* of its body */
	/* It was told of rows, and has not asked for them yet. */
	bool changed_told;
	/* Holds are sent again, those after the first `resent`. */
	sd_event_source *resend;
	uint64_t resent;
	struct refetch {
		char issuer[FLEET_NAME_LEN_MAX + 1];
		uint64_t next_us;
	} refetches[POLICY_ISSUERS_MAX];
	struct fleet_uses *uses;
	struct fleet_reports *reports;
};

/* --- fleet_answers.c --- */

/*
 * Serves server->question: 0, and the answer is in server->answer; 1: it was sent; -EAGAIN: not now
 * that the database is being folded; -EPROTO: it makes no sense.  What was refused is answered,
 * too.
 */
int fleet_answer(struct fleet_server *server);

/* Whether the answer may be sent only when what was changed so far is on disk. */
bool fleet_answer_waits_for_disk(const struct fleet_server *server);

/* In place of the answer.  again: what was asked may be granted later. */
void fleet_refuse(struct fleet_server *server, const char *why, bool again);

/* --- fleet_telling.c --- */

/* Opens the sources for it, and listens to what happens.  0, or a negative errno. */
int fleet_telling_begin(struct fleet_server *server);
void fleet_telling_end(struct fleet_server *server);

/* patd-fleet has said hello, or takes more again. */
void fleet_telling_greet(struct fleet_server *server);
void fleet_telling_resume(struct fleet_server *server);

/* An issuer as it stands here, for patd-fleet. */
void fleet_issuer_fill(const struct fleet_state *state, struct fleet_issuer *ret_issuer);
