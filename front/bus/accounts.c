/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Accounts of uids: what they have under way, and what they were sent. */
#include "front/bus/accounts.h"

#include <errno.h>
#include <stdlib.h>

#include "patd/util/ratelimit.h"

#define BUCKETS 64U
#define USEC_PER_SEC 1000000

struct accounts {
	struct subids *subids;
	struct ratelimit refusals;
	LIST_HEAD(account_list, account) buckets[BUCKETS];
	unsigned int calls, questions; /* of all but root */
};

int accounts_new(struct subids *subids, struct accounts **ret_accounts)
{
	struct accounts *accounts = calloc(1, sizeof(*accounts));

	if (!accounts)
		return -ENOMEM;
	accounts->subids = subids;
	accounts->refusals.cost_us = USEC_PER_SEC / ACCOUNTS_REFUSALS_A_SECOND;
	accounts->refusals.burst = ACCOUNTS_REFUSALS_BURST;
	*ret_accounts = accounts;
	return 0;
}

void accounts_free(struct accounts *accounts)
{
	free(accounts);
}

struct account *accounts_get(struct accounts *accounts, uint32_t uid)
{
	const uint32_t owner = subids_owner(accounts->subids, uid);
	struct account_list *bucket = &accounts->buckets[owner % BUCKETS];
	struct account *account;

	LIST_FOREACH(account, bucket, entry)
		if (account->uid == owner)
			return account_ref(account);
	account = calloc(1, sizeof(*account));
	if (!account)
		return NULL;
	account->accounts = accounts;
	account->uid = owner;
	account->references = 1;
	account->bytes = ACCOUNTS_BYTES_BURST;
	account->long_bytes = ACCOUNTS_LONG_BURST;
	LIST_INSERT_HEAD(bucket, account, entry);
	return account;
}

struct account *account_ref(struct account *account)
{
	account->references++;
	return account;
}

void account_unref(struct account *account)
{
	if (!account || --account->references > 0)
		return;
	LIST_REMOVE(account, entry);
	free(account);
}

bool account_take_call(struct account *account, bool urgent)
{
	unsigned int *all = &account->accounts->calls;

	if (urgent) {
		/* As many uids as there are can have that many: each is small. */
		if (account->urgent >= ACCOUNTS_URGENT_UID_MAX && account->uid != 0)
			return false;
		account->urgent++;
		return true;
	}
	if (account->uid != 0) {
		if (account->calls >= ACCOUNTS_CALLS_UID_MAX || *all >= ACCOUNTS_CALLS_MAX)
			return false;
		++*all;
	} else if (account->calls >= ACCOUNTS_CALLS_MAX) {
		return false;
	}
	account->calls++;
	return true;
}

void account_end_call(struct account *account, bool urgent)
{
	if (urgent) {
		account->urgent--;
		return;
	}
	account->calls--;
	if (account->uid != 0)
		account->accounts->calls--;
}

bool account_may_have_long_answer(const struct account *account)
{
	return account->uid == 0 || account->long_answers < ACCOUNTS_LONG_ANSWERS_MAX;
}

void account_begin_long_answer(struct account *account)
{
	account->long_answers++;
}

void account_end_long_answer(struct account *account)
{
	account->long_answers--;
}

bool account_take_question(struct account *account)
{
	unsigned int *all = &account->accounts->questions;
	unsigned int most =
		account->questions == 0 ? ACCOUNTS_QUESTIONS_MAX : ACCOUNTS_QUESTIONS_MAX / 2;

	if (account->questions >= ACCOUNTS_QUESTIONS_UID_MAX || *all >= most)
		return false;
	account->questions++;
	++*all;
	return true;
}

void account_end_question(struct account *account)
{
	account->questions--;
	account->accounts->questions--;
}

bool account_take_refusal(struct account *account, uint64_t now_us)
{
	return ratelimit_take(&account->accounts->refusals, account->uid, now_us);
}

static void add(int64_t *bytes, uint64_t passed_us, int64_t a_second, int64_t burst)
{
	/* An hour fills it in any case; and the product below stays in range. */
	if (passed_us > UINT64_C(3600) * USEC_PER_SEC)
		*bytes = burst;
	else
		*bytes += (int64_t)passed_us * a_second / USEC_PER_SEC;
	if (*bytes > burst)
		*bytes = burst;
}

static void refill(struct account *account, uint64_t now_us)
{
	const uint64_t passed_us = now_us - account->seen_us;

	account->seen_us = now_us;
	add(&account->bytes, passed_us, ACCOUNTS_BYTES_A_SECOND, ACCOUNTS_BYTES_BURST);
	add(&account->long_bytes, passed_us, ACCOUNTS_LONG_A_SECOND, ACCOUNTS_LONG_BURST);
}

bool account_charge(struct account *account, int64_t bytes, uint64_t now_us)
{
	refill(account, now_us);
	if (account->bytes <= -ACCOUNTS_BYTES_BURST)
		return false;
	account->bytes -= bytes;
	account->long_bytes -= bytes;
	return true;
}

bool account_may_have_more(struct account *account, uint64_t now_us)
{
	refill(account, now_us);
	return account->bytes > 0 && (account->uid == 0 || account->long_bytes > 0);
}
