/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Methods that only read tokens: ListTokens, and Check, what a login with one is refused for. */
#include <sodium.h>
#include <string.h>

#include "common/cleanup.h"
#include "patd/bus/arguments.h"
#include "patd/bus/interface.h"
#include "patd/bus/token_view.h"
#include "patd/crypto/token_secret.h"
#include "patd/model/sources.h"

static int append_row(const struct token *token, void *userdata)
{
	struct reply_rows *rows = userdata;
	struct token_view view;

	token_view_fill(call_tokens(rows->call), token, &view);
	return reply_rows_append(rows, token_view_properties(), &view);
}

static void serve_list(struct call *call)
{
	struct token_query query = { 0 };
	struct reply_rows rows;
	char cursor[TOKENS_CURSOR_MAX];
	const struct bus_option options[] = {
		{ "user", DBUS_TYPE_STRING, &query.user, NULL },
		{ "all", DBUS_TYPE_BOOLEAN, &query.all, NULL },
		{ "name", DBUS_TYPE_STRING, &query.name, NULL },
		{ "name_pattern", DBUS_TYPE_STRING, &query.name_pattern, NULL },
		{ "id_prefix", DBUS_TYPE_STRING, &query.id_prefix, NULL },
		{ "state", DBUS_TYPE_STRING, &query.state, NULL },
		{ "unused_since", DBUS_TYPE_UINT64, &query.unused_since, &query.has_unused_since },
		{ "expiring_before", DBUS_TYPE_UINT64, &query.expiring_before,
			&query.has_expiring_before },
		{ "service", DBUS_TYPE_STRING, &query.service, NULL },
		{ "good_for", DBUS_TYPE_STRING, &query.good_for, NULL },
		{ 0 },
	};
	enum pat_error error;

	if (!bus_options_of_list(call, options, &query.limit, &query.cursor))
		return;
	reply_rows_begin(&rows, call, "a{sv}");
	error = tokens_list(call_tokens(call), &call->caller, &query, append_row, &rows, cursor,
		&call->refusal);
	reply_rows_end(&rows, error, cursor, query.user);
}

const struct bus_method bus_list_methods[] = {
	{ "ListTokens", serve_list,
		.in = { { "filter", "a{sv}" }, { "limit", "u" }, { "cursor", "s" } },
		.out = { { "tokens", "aa{sv}" }, { "next_cursor", "s" } } },
	{ 0 },
};

static void serve_check(struct call *call)
{
	const char *service = NULL, *from = NULL;
	cleanup_close int fd = -1;
	const struct bus_option options[] = {
		{ "service", DBUS_TYPE_STRING, &service, NULL },
		{ "from", DBUS_TYPE_STRING, &from, NULL },
		{ 0 },
	};
	enum pat_verdict verdicts[PAT_VERDICTS];
	const char *words[PAT_VERDICTS], *const *refusals = words, *path_text;
	unsigned int n = 0;
	struct pat_id id;
	struct pat_digest digest;
	struct bus_path path;
	enum pat_error error;

	if (!bus_options_of_call(call, &fd, options))
		return;
	call->refusal.why = secret_fd_read(fd, &id, &digest);
	if (call->refusal.why) {
		call_refuse(call, PAT_ERR_INVALID_ARGS, call->refusal.why);
		return;
	}
	if (from && strcmp(from, SOURCES_LOCAL) == 0)
		from = "";
	error = tokens_check(call_tokens(call), &call->caller, &id, &digest, service, from,
		verdicts, &n, &call->refusal);
	sodium_memzero(&digest, sizeof(digest));
	if (error != PAT_OK) {
		call_refuse(call, error, call->refusal.why);
		return;
	}
	for (unsigned int i = 0; i < n; i++)
		words[i] = verdict_word(verdicts[i]);
	path = bus_token_path(&id);
	path_text = path.text;
	call_reply_args(call, DBUS_TYPE_OBJECT_PATH, &path_text, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING,
		&refusals, (int)n, DBUS_TYPE_INVALID);
}

const struct bus_method bus_check_methods[] = {
	{ "Check", serve_check, .in = { { "secret", "h" }, { "options", "a{sv}" } },
		.out = { { "token", "o" }, { "refusals", "as" } } },
	{ 0 },
};
