/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions to patd under way, and what they are answered. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "patd/rules/authority.h"
#include "protocol/answer.h"
#include "protocol/request.h"

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

/* Embedded in what it is about.  All zeros before it is asked. */
struct question {
	TAILQ_ENTRY(question) entry;
	struct link *link; /* NULL: it is not under way */
	bool urgent;       /* root's, or it takes access away: has room however much is under way */
	uint64_t serial;
	uint32_t kind;
	uint64_t timeout_us, deadline_us;
	/* Rows and progress; NULL: not of interest. */
	void (*part)(struct question *question, const struct link_answer *answer);
	/* Once: ANSWER_DONE, or ANSWER_REFUSED by patd or, with PAT_ERR_BUSY, by the link. */
	void (*done)(struct question *question, struct link_answer *answer);
};

/* Of one link: the oldest first, as patd answers most of them in that order. */
struct questions {
	TAILQ_HEAD(question_list, question) all;
	unsigned int n;
};

/* What a question ends with that patd does not answer. */
extern const struct link_answer question_lost, question_late;

void questions_init(struct questions *questions);

/* The question has its link, serial and kind. */
void questions_add(struct questions *questions, struct question *question);
/* It is not under way any more. */
void questions_remove(struct questions *questions, struct question *question);

/* Removes it, and calls done() with that answer. */
void questions_refuse(
	struct questions *questions, struct question *question, const struct link_answer *why);
void questions_refuse_all(struct questions *questions, const struct link_answer *why);

/* NULL: there is none. */
struct question *questions_find(const struct questions *questions, uint64_t serial);
struct question *questions_find_late(const struct questions *questions, uint64_t now_us);
