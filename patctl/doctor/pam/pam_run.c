/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Computing the result of a stack from the answers of its modules. */
#include "patctl/doctor/pam/pam_run.h"

#include <stdlib.h>

#include "patctl/base/text.h"

#define FAILS PAM_PERM_DENIED /* where libpam itself says no */

enum impression {
	UNDECIDED,
	GOOD,
	BAD
};

struct state {
	enum impression impression;
	int status;
};

struct walk {
	const struct stack *stack;
	struct state now;
	struct state before[STACK_LEVELS + 1]; /* that of each substack, where it began */
	const int *frozen; /* the answers of the walk that it follows; NULL if it is the first */
	bool jumps_count;
	struct run *run;
};

static void decide(struct walk *walk, size_t i, enum impression impression, int status)
{
	walk->now = (struct state) { impression, status };
	walk->run->decider = i;
}

static void take_good(struct walk *walk, size_t i, int answer, int chosen)
{
	const struct state *now = &walk->now;

	if (now->impression == UNDECIDED || (now->impression == GOOD && now->status == PAM_SUCCESS))
		/* A setcred that is ignored, where authenticate was not, is passed over. */
		if (answer != PAM_IGNORE || chosen == answer)
			decide(walk, i, GOOD, answer);
}

static void take_bad(struct walk *walk, size_t i, int answer)
{
	if (walk->now.impression != BAD)
		decide(walk, i, BAD, answer == PAM_IGNORE ? FAILS : answer);
}

/* The last line of the substack, or of the whole stack. */
static size_t last_of_level(const struct stack *stack, size_t i, unsigned int level)
{
	while (i + 1 < stack->n && stack->lines[i + 1].level >= level)
		i++;
	return i;
}

/* A substack is jumped over as one line; there is no way out of one by a jump. */
static size_t jump(struct walk *walk, size_t i, int lines)
{
	const struct stack *stack = walk->stack;
	const unsigned int level = stack->lines[i].level;
	const size_t from = i;

	for (; lines > 0 && i + 1 < stack->n && stack->lines[i + 1].level >= level; lines--) {
		i++;
		while (i + 1 < stack->n && stack->lines[i + 1].level > level)
			i++;
	}
	if (lines > 0) {
		decide(walk, from, BAD, FAILS);
		walk->run->bad_jump = true;
	}
	return i;
}

/* Applies the action of line i to an answer; returns the last line that is finished by it. */
static size_t act(struct walk *walk, size_t i, int answer, int chosen)
{
	const struct stack_line *line = &walk->stack->lines[i];
	const bool valid = chosen >= PAM_SUCCESS && chosen < PAM_CODES;
	const int action = valid ? line->actions[chosen] : ACTION_BAD;

	switch (action) {
	case ACTION_IGNORE:
		break;
	case ACTION_RESET:
		walk->now = walk->before[line->level];
		break;
	case ACTION_OK:
	case ACTION_DONE:
		take_good(walk, i, answer, chosen);
		if (action == ACTION_DONE && walk->now.impression == GOOD)
			return last_of_level(walk->stack, i, line->level);
		break;
	case ACTION_BAD:
	case ACTION_DIE:
		take_bad(walk, i, valid ? answer : FAILS);
		if (action == ACTION_DIE)
			return last_of_level(walk->stack, i, line->level);
		break;
	default:
		if (walk->frozen && walk->jumps_count)
			take_good(walk, i, answer, chosen);
		return jump(walk, i, action);
	}
	return i;
}

static void go(struct walk *walk, run_answer_fn answer, void *userdata)
{
	unsigned int level = 0;

	*walk->run = (struct run) { .decider = RUN_NOBODY };
	walk->run->answers = must_alloc(calloc(walk->stack->n + 1, sizeof(*walk->run->answers)));
	for (size_t i = 0; i < walk->stack->n; i++)
		walk->run->answers[i] = RUN_NOT_CALLED;
	walk->now = walk->before[0] = (struct state) { UNDECIDED, FAILS };

	for (size_t i = 0; i < walk->stack->n; i++) {
		const struct stack_line *line = &walk->stack->lines[i];
		int said, chosen;

		if (line->level > level)
			walk->before[line->level] = walk->now;
		level = line->level;
		if (line->substack)
			continue;
		said = line->module ? answer(line, userdata) : FAILS;
		walk->run->answers[i] = said;
		chosen = said;
		if (walk->frozen && walk->frozen[i] != RUN_NOT_CALLED)
			chosen = walk->frozen[i];
		i = act(walk, i, said, chosen);
	}
	walk->run->result = walk->now.status;
	if (walk->now.status == PAM_SUCCESS && walk->now.impression != GOOD)
		walk->run->result = FAILS;
}

void run_authenticate(
	const struct stack *stack, run_answer_fn answer, void *userdata, struct run *ret)
{
	struct walk walk = { .stack = stack, .run = ret };

	go(&walk, answer, userdata);
}

void run_setcred(const struct stack *stack, const struct run *before, bool debian,
	run_answer_fn answer, void *userdata, struct run *ret)
{
	struct walk walk = {
		.stack = stack, .frozen = before->answers, .jumps_count = !debian, .run = ret
	};

	go(&walk, answer, userdata);
}

void run_clear(struct run *run)
{
	free(run->answers);
	*run = (struct run) { 0 };
}
