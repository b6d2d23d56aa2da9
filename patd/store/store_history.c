/* The history in the database. */
#include <errno.h>

#include "patd/store/store_private.h"

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

/*
 * Entries without the seal over them, or a seal without its entries, would be a break: rather
 * the uses since the last commit are lost.
 */
static int all_or_nothing(struct store *store, int r)
{
	if (r < 0 && !sqlite3_get_autocommit(store->db))
		(void)store_run(store, ROLLBACK);
	return r;
}

int store_note(struct store *store, const struct note *note)
{
	int r = begin(store);

	if (r == 0)
		r = history_rows_append(store->history, &note->entry, &note->seal);
	return all_or_nothing(store, r);
}

int store_see(struct store *store, struct entry *entry, const char *network)
{
	int r = store_begin_usage(store);

	if (r < 0)
		return r;
	r = history_rows_see(store->history, entry, network);
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

	if (r == 0)
		r = history_rows_prune(store->history, seq, seal);
	return all_or_nothing(store, r);
}
