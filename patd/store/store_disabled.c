/* Who is disabled. */
#include <errno.h>

#include "patd/db/row.h"
#include "patd/store/store_private.h"

int store_is_disabled(struct store *store, const char *user, bool *ret_disabled)
{
	sqlite3_stmt *statement = store->prepared[IS_DISABLED];
	int r;

	/* So it is most of the time, and every login asks. */
	if (store->none_disabled) {
		*ret_disabled = false;
		return 0;
	}
	row_bind_text(statement, 1, user);
	r = sqlite3_step(statement);
	if (r == SQLITE_ROW || r == SQLITE_DONE) {
		*ret_disabled = r == SQLITE_ROW;
		r = 0;
	} else {
		r = store_failure(store, r);
	}
	sqlite3_reset(statement);
	return r;
}

static int found(const struct disabled *disabled, void *userdata)
{
	(void)disabled;
	(void)userdata;
	return 1;
}

int store_look_for_disabled(struct store *store)
{
	int r = store_list_disabled(store, found, NULL);

	store->none_disabled = r == 0;
	return r < 0 ? r : 0;
}

static int disable(struct store *store, const void *subject)
{
	const struct disabled *disabled = subject;
	sqlite3_stmt *statement = store->prepared[DISABLE];

	row_bind_text(statement, 1, disabled->user);
	row_bind_number(statement, 2, disabled->at);
	row_bind_number(statement, 3, disabled->by_uid);
	row_bind_text(statement, 4, disabled->reason);
	store->none_disabled = false;
	return store_run(store, DISABLE);
}

int store_disable(struct store *store, const struct disabled *disabled, const struct note *note)
{
	return store_change(store, &(const struct change) { .fn = disable,
					   .subject = disabled,
					   .note = note,
					   .time = disabled->at,
					   .spare = true });
}

static int enable(struct store *store, const void *subject)
{
	row_bind_text(store->prepared[ENABLE], 1, subject);
	return store_run_one(store, ENABLE);
}

int store_enable(struct store *store, const char *user, const struct note *note)
{
	int r = store_change(store,
		&(const struct change) {
			.fn = enable, .subject = user, .note = note, .time = note->entry.at });

	if (r == 0)
		(void)store_look_for_disabled(store); /* a failure leaves the question open */
	return r;
}

int store_list_disabled(struct store *store, disabled_fn fn, void *userdata)
{
	sqlite3_stmt *statement = store->prepared[LIST_DISABLED];
	int step = SQLITE_DONE, r = 0;

	while (r == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW) {
		struct disabled disabled;
		uint64_t uid;

		if (!row_text(statement, 0, disabled.user, sizeof(disabled.user)) ||
			!row_number(statement, 1, INT64_MAX, &disabled.at) ||
			!row_number(statement, 2, UINT32_MAX, &uid) ||
			!row_text(statement, 3, disabled.reason, sizeof(disabled.reason)) ||
			(disabled.user[0] != '\0' && pat_name_problem(disabled.user)) ||
			(disabled.reason[0] != '\0' && pat_name_problem(disabled.reason)))
			continue;
		disabled.by_uid = (uint32_t)uid;
		r = fn(&disabled, userdata);
	}
	if (r == 0 && step != SQLITE_DONE)
		r = store_failure(store, step);
	sqlite3_reset(statement);
	return r;
}
