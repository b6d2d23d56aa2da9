/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists of tokens from the database in one of two orders: (user, uid, name), or id.  The filter
 * has the conditions that an index serves; the caller applies all others.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "patd/db/database.h"
#include "patd/model/token.h"

/* Which tokens to list.  NULL or false: no such condition. */
struct list_filter {
	const char *user;
	bool by_uid; /* with user */
	uint32_t uid;
	const char *name;
	/* Only rows behind this one in the order (user, uid, name). */
	const char *after_user;
	uint32_t after_uid;
	const char *after_name;

	/* In the order of ids: those that begin so; without any of the conditions above. */
	const char *id_prefix;
	const char *after_id;
};

/* Called for each row; a nonzero return ends the listing and is its result. */
typedef int (*list_row_fn)(const struct token *token, void *userdata);

/* 0, a negative errno (logged), or what fn returned. */
int token_list_rows(struct database *database, const struct list_filter *filter, list_row_fn fn,
	void *userdata);

/* Times at which a token changes by itself. */
enum deadline {
	DEADLINE_END,      /* expires_at */
	DEADLINE_RESTORE,  /* revoked_until */
	DEADLINE_START,    /* not_before */
	DEADLINE_CREATION, /* created_at: the policy counts from there */
	DEADLINES
};

/* A place in the order of such times. */
struct deadline_place {
	uint64_t at;
	struct pat_id id;
};

/* The time of that deadline of the token; 0: there is none. */
uint64_t deadline_of(enum deadline deadline, const struct token *token);

/* As token_list_rows(), of all tokens that have such a time, behind that place. */
int token_list_deadlines(struct database *database, enum deadline deadline,
	const struct deadline_place *after, list_row_fn fn, void *userdata);
