/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses that wait for a person's word, and the word about one. */
#include "patctl/client/client_call.h"

bool client_approvals(struct client *client, bool all, struct records *ret, DBusError *error)
{
	struct request request = { .head.kind = REQUEST_LIST_APPROVALS };

	request.approvals.given = all ? GIVEN_ALL : 0;
	*ret = (struct records) { .table = &approval_table };
	return client_ask(client, &request, ret, NULL, error);
}

bool client_answer_approval(struct client *client, const char *id, bool approve, DBusError *error)
{
	struct request request = { .head.kind = approve ? REQUEST_APPROVE : REQUEST_DENY };

	pat_field_cut(request.approval.id, sizeof(request.approval.id), id);
	return client_ask(client, &request, NULL, NULL, error);
}
