/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The connection to patd: questions, and what patd tells unasked.  Made again whenever it is lost;
 * then all questions end, and whoever asked can ask again.  Nothing here waits.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "front/link/question.h"
#include "protocol/rows.h"

#define LINK_QUESTIONS_MAX 8192U                 /* under way */
#define LINK_UNANSWERED_MAX 2U                   /* a patd that is restarted meanwhile ends fewer */
#define LINK_TIMEOUT_US (UINT64_C(25) * 1000000) /* as long as callers wait by default */

/* All are called in the loop. */
struct link_listener {
	void (*up)(void *userdata); /* patd answers */
	/* It does not any more.  All questions have been refused before. */
	void (*down)(void *userdata);
	/* NULL for both: does not follow. */
	void (*token)(enum token_event event, const struct token_row *row, void *userdata);
	void (*entry)(const struct answer_entry *entry, void *userdata);
	/* A use waits for a person's word from now on, or it does so no more. */
	void (*approval)(const struct approval *approval, bool waits, void *userdata);
	/* A session is to be ended. */
	void (*session)(const struct session_row *session, void *userdata);
	void *userdata;
	/*
	 * Of who follows; NULL: not of interest.  patd ended LINK_UNANSWERED_MAX connections in a
	 * row without a word: it does not start.  Nothing is tried again.
	 */
	void (*failed)(void *userdata);
};

/* Connects to the socket at path, now or as soon as somebody listens there. */
int link_new(sd_event *event, const char *path, const struct link_listener *listener,
	struct link **ret_link);

/* Refuses the questions under way.  NULL is allowed. */
void link_free(struct link *link);

bool link_is_up(const struct link *link);

/* Who asks. */
void link_set_caller(struct request *request, const struct caller *caller);

/*
 * Asks: the request has its kind, its caller and its part, and is copied.  part, done and urgent
 * of the question are set.  timeout_us: without any answer; 0: LINK_TIMEOUT_US.  -ENOTCONN: patd is
 * not there; -EBUSY: too much is under way; -ENOMEM.
 */
int link_ask(
	struct link *link, struct question *question, struct request *request, uint64_t timeout_us);

/* Nobody wants the answer any more.  A question that is not under way is allowed. */
void link_cancel(struct question *question);
