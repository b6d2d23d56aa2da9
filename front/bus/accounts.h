/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each user has under way on the bus, and the bounds of that: an account for each uid that has
 * a client on the bus.  A user's sub-uids have no account of their own, but the user's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "front/base/subids.h"

/*
 * Calls under way.  Those that take access away have places of their own, so that nobody is kept
 * from revoking by calls, be they one's own; root has its own beside those of all others.
 */
#define ACCOUNTS_CALLS_MAX 4096U
#define ACCOUNTS_CALLS_UID_MAX 128U
#define ACCOUNTS_URGENT_UID_MAX 64U

/*
 * Questions to polkit.  When half of the places are taken, the others are for uids that have none:
 * so nobody keeps others from being asked.
 */
#define ACCOUNTS_QUESTIONS_MAX 64U
#define ACCOUNTS_QUESTIONS_UID_MAX 4U

/*
 * Bytes of replies.  The bus keeps what a client does not read, and takes no more from us when that
 * is 127 MiB: so no uid is sent more than it can be supposed to read.  Nothing tells whether it
 * reads at all; so what it is sent in the long run, while it is on the bus, has a bound as well.
 * Root has none there: it lists the tokens of all users, a million of them if need be.
 */
#define ACCOUNTS_BYTES_BURST ((int64_t)16 << 20)
#define ACCOUNTS_BYTES_A_SECOND ((int64_t)4 << 20)
#define ACCOUNTS_LONG_BURST ((int64_t)48 << 20)
#define ACCOUNTS_LONG_A_SECOND ((int64_t)128 << 10)

/*
 * Long answers under way.  An answer is charged when it is whole: so many may go beyond what there
 * is, and GetManagedObjects of 1,000 tokens with long restrictions has 5 MiB.
 */
#define ACCOUNTS_LONG_ANSWERS_MAX 4U

/* Refusals of what is not counted, at once and on the long run, while the bus is slow. */
#define ACCOUNTS_REFUSALS_BURST 64U
#define ACCOUNTS_REFUSALS_A_SECOND 32U

struct accounts;

struct account {
	LIST_ENTRY(account) entry;
	struct accounts *accounts;
	uint32_t uid;
	unsigned int references; /* of its clients, and of its calls */
	unsigned int calls, urgent, questions, long_answers;
	/* That it may still be sent at once, and in the long run; below 0: it has to wait. */
	int64_t bytes, long_bytes;
	uint64_t seen_us; /* when that was so */
};

/* subids must outlive them. */
int accounts_new(struct subids *subids, struct accounts **ret_accounts);
/* No reference may be left.  NULL is allowed. */
void accounts_free(struct accounts *accounts);

/* A reference to the account that the uid is counted in; NULL without memory. */
struct account *accounts_get(struct accounts *accounts, uint32_t uid);
struct account *account_ref(struct account *account);
/* NULL is allowed. */
void account_unref(struct account *account);

/* Whether there is a place for one more; it is taken then.  urgent: it takes access away. */
bool account_take_call(struct account *account, bool urgent);
void account_end_call(struct account *account, bool urgent);

/* Whether there is a place for a long answer; for those of root there always is. */
bool account_may_have_long_answer(const struct account *account);
void account_begin_long_answer(struct account *account);
void account_end_long_answer(struct account *account);

/* The same for a question to polkit. */
bool account_take_question(struct account *account);
void account_end_question(struct account *account);

/* Whether it is told once more that something is refused. */
bool account_take_refusal(struct account *account, uint64_t now_us);

/* That many bytes are to be sent to it.  False: it is far below 0, and it is better not to. */
bool account_charge(struct account *account, int64_t bytes, uint64_t now_us);
/* Whether it may be sent more by now. */
bool account_may_have_more(struct account *account, uint64_t now_us);
