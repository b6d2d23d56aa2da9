/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Methods that only read tokens: ListTokens, and Check, what a login with one is refused for. */
#include <sodium.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/verdict.h"
#include "front/bus/arguments.h"
#include "front/bus/interface.h"
#include "front/bus/reply.h"
#include "front/bus/token_path.h"
#include "patd/crypto/token_secret.h"

#define FIELD_OF(member) (member), sizeof(member)

/* filter, limit, cursor */
static bool read_list(struct call *call, DBusMessageIter *args)
{
	struct request *request = call_new_request(call, REQUEST_LIST);
	struct request_list *list = request ? &request->list : NULL;

	if (!list)
		return false;
	const struct bus_option options[] = {
		{ "user", BUS_USER, FIELD_OF(list->user), GIVEN_USER },
		{ "all", BUS_FLAG, NULL, 0, GIVEN_ALL },
		{ "name", BUS_TEXT, FIELD_OF(list->name), GIVEN_NAME },
		{ "name_pattern", BUS_TEXT, FIELD_OF(list->name_pattern), GIVEN_NAME_PATTERN },
		{ "id_prefix", BUS_TEXT, FIELD_OF(list->id_prefix), GIVEN_ID_PREFIX },
		{ "state", BUS_TEXT, FIELD_OF(list->state), GIVEN_STATE },
		{ "unused_since", BUS_NUMBER, &list->unused_since, 0, GIVEN_UNUSED_SINCE },
		{ "expiring_before", BUS_NUMBER, &list->expiring_before, 0, GIVEN_EXPIRING_BEFORE },
		{ "service", BUS_TEXT, FIELD_OF(list->service), GIVEN_SERVICE },
		{ "good_for", BUS_TEXT, FIELD_OF(list->good_for), GIVEN_GOOD_FOR },
		{ "fleet", BUS_FLAG, NULL, 0, GIVEN_FLEET },
		{ 0 },
	};

	return bus_page_of_call(call, args,
		&(const struct bus_page) {
			options, &list->given, &list->limit, FIELD_OF(list->cursor), list->user });
}

static void serve_list(struct call *call)
{
	reply_with_rows(call, token_row_table());
}

const struct bus_method bus_list_methods[] = {
	{ "ListTokens", read_list, serve_list,
		.in = { { "filter", "a{sv}" }, { "limit", "u" }, { "cursor", "s" } },
		.out = { { "tokens", "aa{sv}" }, { "next_cursor", "s" } }, .long_answer = true },
	{ 0 },
};

/*
 * What comes in place of a memfd may block when it is closed, so that is left to a thread.
 */
static const char *read_secret(
	struct call *call, DBusMessageIter *args, struct request_check *check)
{
	struct pat_id id;
	const char *problem;
	int fd;

	dbus_message_iter_get_basic(args, &fd);
	(void)dbus_message_iter_next(args);
	problem = secret_fd_read(fd, &id, &check->digest);
	if (problem)
		doomed_fd(call->context->doomed, call->sender, fd);
	else
		(void)close(fd);
	if (!problem)
		memcpy(check->id, id.text, sizeof(id.text));
	return problem;
}

static bool read_check(struct call *call, DBusMessageIter *args)
{
	struct request *request = call_new_request(call, REQUEST_CHECK);
	struct request_check *check = request ? &request->check : NULL;
	const char *problem;

	if (!check)
		return false;
	const struct bus_option options[] = {
		{ "service", BUS_TEXT, FIELD_OF(check->service), GIVEN_SERVICE },
		{ "from", BUS_TEXT, FIELD_OF(check->from), GIVEN_FROM },
		{ 0 },
	};

	problem = read_secret(call, args, check);
	if (problem) {
		call_refuse(call, PAT_ERR_INVALID_ARGS, problem);
		return false;
	}
	return bus_options_of_call(call, args, options, &check->given);
}

static void reply_check(struct call *call, struct link_answer *answer)
{
	const char *words[PAT_VERDICTS], *const *refusals = words, *path_text;
	struct answer_check check;
	struct bus_path path = bus_token_path(call->request->check.id);

	memcpy(&check, answer->body, sizeof(check));
	for (uint32_t i = 0; i < check.n; i++)
		words[i] = verdict_word(check.verdicts[i]);
	path_text = path.text;
	call_reply_args(call, DBUS_TYPE_OBJECT_PATH, &path_text, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING,
		&refusals, (int)check.n, DBUS_TYPE_INVALID);
}

static void serve_check(struct call *call)
{
	call_ask(call, reply_check);
}

const struct bus_method bus_check_methods[] = {
	{ "Check", read_check, serve_check, .in = { { "secret", "h" }, { "options", "a{sv}" } },
		.out = { { "token", "o" }, { "refusals", "as" } } },
	{ 0 },
};
