/*
 * The calls of the lifecycle door (dbus/org.patd.Tokens1.xml), one function each.
 *
 * Each waits for its answer, 25 seconds at most, or for as long as a person is being asked for a
 * password.  Each starts patd by way of the bus if it is not running.  Each returns false with
 * *error set, and its ret_ outputs untouched, when it fails; an answer that breaks the contract is
 * an OUTCOME_ERROR_MALFORMED.  Strings handed in must be valid UTF-8: libdbus ends the process over
 * others.
 */
#ifndef PATCTL_CLIENT_H
#define PATCTL_CLIENT_H

#include <dbus/dbus.h>
#include <stdbool.h>

#include "common/token.h"
#include "patctl/expiry.h"
#include "patctl/row.h"

/* NULL is "not given". */
struct client_filter {
	const char *user, *name, *id_prefix;
	bool all;
};

/* A connection of our own to the system bus, and the agent that asks people. */
struct client;

/* may_ask: for a password, where patd wants to know who it is.  NULL on failure. */
struct client *client_new(bool may_ask, DBusError *error);
void client_free(struct client **client);
#define cleanup_client __attribute__((cleanup(client_free)))

/* user NULL: the caller.  The caller closes *ret_secret. */
bool client_generate(struct client *client, const char *name, const char *user,
	const struct expiry *expiry, struct pat_id *ret_id, int *ret_secret, DBusError *error);

/*
 * Appends one page to rows; on failure rows may have got a part of it.  *cursor is NULL for the
 * first page, then what this function has set; the caller frees it.  After the last page it is
 * NULL again.  No more than PAT_PAGE_MAX tokens, and maybe none, are on a page.
 */
bool client_list(struct client *client, const struct client_filter *filter, char **cursor,
	struct rows *rows, DBusError *error);

/* method: "Revoke", "Restore" or "Delete". */
bool client_change(
	struct client *client, const struct pat_id *id, const char *method, DBusError *error);

#endif
