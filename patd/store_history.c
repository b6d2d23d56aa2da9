/* The history in the database. */
#include <errno.h>

#include "patd/store_private.h"

int store_get_seal(struct store *store, struct history_seal *ret_seal)
{
	return history_rows_seal(store->history, ret_seal);
}

/* -EIO: a failure has ended the transaction, and the entry that this follows is lost. */
static int begin(struct store *store)
{
	int r = store_begin_usage(store);

	if (r < 0)
		return r;
	if (sqlite3_get_autocommit(store->db))
		return -EIO;
	store->usage_written = true;
	return 0;
}

int store_note(struct store *store, const struct note *note)
{
	int r = begin(store);

	return r < 0 ? r : history_rows_append(store->history, &note->entry, &note->seal);
}

int store_see(struct store *store, struct entry *entry)
{
	int r = store_begin_usage(store);

	if (r < 0)
		return r;
	r = history_rows_see(store->history, entry);
	store->usage_written = store->usage_written || entry->new_service || entry->new_network;
	return r;
}

int store_list_history(
	struct store *store, const struct entry_filter *filter, entry_row_fn fn, void *userdata)
{
	return history_rows_list(store->history, filter, fn, userdata);
}

int store_prune(struct store *store, uint64_t seq, const struct history_seal *seal)
{
	int r = begin(store);

	return r < 0 ? r : history_rows_prune(store->history, seq, seal);
}
