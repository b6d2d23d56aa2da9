/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls about the fleet, which only root makes, over root.sock. */
#include <string.h>

#include "common/error.h"
#include "common/l10n.h"
#include "patctl/client/client_call.h"

static bool ask(struct client *client, enum request_kind kind, struct records *rows,
	struct client_answer *ret, DBusError *error)
{
	struct request request = { .head.kind = kind };

	if (client->root)
		return client_ask(client, &request, rows, ret, error);
	dbus_set_error(error, pat_error_name(PAT_ERR_DENIED), "%s",
		_("only root may ask about the fleet"));
	return false;
}

bool client_fleet(struct client *client, struct answer_fleet *ret_fleet,
	struct records *ret_issuers, DBusError *error)
{
	struct records issuers = { .table = &fleet_issuer_row_table };
	struct client_answer answer;

	if (!ask(client, REQUEST_FLEET_STATUS, &issuers, &answer, error)) {
		records_clear(&issuers);
		return false;
	}
	*ret_fleet = answer.fleet;
	*ret_issuers = issuers;
	return true;
}

bool client_fleet_hosts(struct client *client, struct records *ret, DBusError *error)
{
	struct records hosts = { .table = &fleet_host_row_table };

	if (!ask(client, REQUEST_FLEET_HOSTS, &hosts, NULL, error)) {
		records_clear(&hosts);
		return false;
	}
	*ret = hosts;
	return true;
}

bool client_fleet_new_key(
	struct client *client, char ret_key[static ANSWER_KEY_SIZE], DBusError *error)
{
	struct client_answer answer;

	if (!ask(client, REQUEST_FLEET_NEW_KEY, NULL, &answer, error))
		return false;
	memcpy(ret_key, answer.fleet_key.key, ANSWER_KEY_SIZE);
	return true;
}
