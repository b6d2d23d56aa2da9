/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The connection to patd: questions (protocol/request.h), each with what it is answered, and what
 * patd tells unasked.  Made again whenever it is lost; then all questions end, and whoever asked
 * can ask again.  Nothing here waits.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <systemd/sd-event.h>

#include "patd/rules/authority.h"
#include "protocol/answer.h"
#include "protocol/request.h"
#include "protocol/rows.h"

#define LINK_QUESTIONS_MAX 8192U                 /* under way */
#define LINK_QUEUE_MAX ((size_t)8 << 20)         /* bytes of requests that patd has not taken yet */
#define LINK_TIMEOUT_US (UINT64_C(25) * 1000000) /* as long as callers wait by default */

struct link;

/* An answer, or a part of one, while a function has it. */
struct link_answer {
	enum answer_kind kind;
	enum pat_error error; /* PAT_OK, or with kind ANSWER_REFUSED the reason: */
	const char *why;      /* a sentence for a person, valid UTF-8 */
	enum action lacks;    /* with PAT_ERR_DENIED; ACTION_NONE: nothing would change it */
	enum operation operation;
	const uint8_t *body;
	size_t len;
	uint32_t rows;
	int fd; /* owned by the link: who takes it sets it to -1; -1: none */
};

/* A question under way, embedded in what it is about.  All zeros before it is asked. */
struct question {
	LIST_ENTRY(question) entry;
	struct link *link; /* NULL: it is not under way */
	uint64_t serial;
	uint32_t kind;
	uint64_t timeout_us, deadline_us;
	/* Rows and progress; NULL: not of interest. */
	void (*part)(struct question *question, const struct link_answer *answer);
	/* Once: ANSWER_DONE, or ANSWER_REFUSED by patd or, with PAT_ERR_BUSY, by the link. */
	void (*done)(struct question *question, struct link_answer *answer);
};

/* All are called in the loop. */
struct link_listener {
	void (*up)(void *userdata); /* patd answers */
	/* It does not any more.  All questions have been refused before. */
	void (*down)(void *userdata);
	/* NULL for both: does not follow. */
	void (*token)(enum token_event event, const struct token_row *row, void *userdata);
	void (*entry)(const struct answer_entry *entry, void *userdata);
	void *userdata;
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
 * Asks: the request has its kind, its caller and its part, and is copied.  part and done of the
 * question are set.  timeout_us: without any answer; 0: LINK_TIMEOUT_US.  -ENOTCONN: patd is not
 * there; -EBUSY: too much is under way; -ENOMEM.
 */
int link_ask(
	struct link *link, struct question *question, struct request *request, uint64_t timeout_us);

/* Nobody wants the answer any more.  A question that is not under way is allowed. */
void link_cancel(struct question *question);
