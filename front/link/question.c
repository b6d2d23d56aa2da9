/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list of questions, and how they end unanswered. */
#include "front/link/question.h"

#include "common/l10n.h"

const struct link_answer question_lost = {
	.kind = ANSWER_REFUSED,
	.error = PAT_ERR_BUSY,
	.why = N_("patd was restarted; whether anything was changed is not known; try again"),
	.fd = -1,
};

const struct link_answer question_late = {
	.kind = ANSWER_REFUSED,
	.error = PAT_ERR_BUSY,
	.why = N_("patd does not answer in time; whether anything was changed is not known; try "
		  "again"),
	.fd = -1,
};

void questions_init(struct questions *questions)
{
	TAILQ_INIT(&questions->all);
	questions->n = 0;
}

void questions_add(struct questions *questions, struct question *question)
{
	TAILQ_INSERT_TAIL(&questions->all, question, entry);
	questions->n++;
}

void questions_remove(struct questions *questions, struct question *question)
{
	TAILQ_REMOVE(&questions->all, question, entry);
	questions->n--;
	question->link = NULL;
}

void questions_refuse(
	struct questions *questions, struct question *question, const struct link_answer *why)
{
	struct link_answer answer = *why;

	questions_remove(questions, question);
	question->done(question, &answer);
}

void questions_refuse_all(struct questions *questions, const struct link_answer *why)
{
	struct question *question;

	while ((question = TAILQ_FIRST(&questions->all)))
		questions_refuse(questions, question, why);
}

struct question *questions_find(const struct questions *questions, uint64_t serial)
{
	struct question *question;

	TAILQ_FOREACH(question, &questions->all, entry)
		if (question->serial == serial)
			return question;
	return NULL;
}

struct question *questions_find_late(const struct questions *questions, uint64_t now_us)
{
	struct question *question;

	TAILQ_FOREACH(question, &questions->all, entry)
		if (question->deadline_us <= now_us)
			return question;
	return NULL;
}
