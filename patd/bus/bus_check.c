/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Check: what a login with a token would be refused for. */
#include <sodium.h>
#include <string.h>

#include "common/cleanup.h"
#include "patd/bus/arguments.h"
#include "patd/bus/methods.h"
#include "patd/bus/token_view.h"
#include "patd/crypto/token_secret.h"
#include "patd/model/sources.h"

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
	struct refusal refusal = { 0 };
	enum pat_error error;

	if (!bus_options_after(call, &fd, options))
		return;
	refusal.why = secret_fd_read(fd, &id, &digest);
	if (refusal.why) {
		call_refuse(call, PAT_ERR_INVALID_ARGS, refusal.why);
		return;
	}
	if (from && strcmp(from, SOURCES_LOCAL) == 0)
		from = "";
	error = tokens_check(call_tokens(call), &call->caller, &id, &digest, service, from,
		verdicts, &n, &refusal);
	sodium_memzero(&digest, sizeof(digest));
	if (error != PAT_OK) {
		call_refuse(call, error, refusal.why);
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
	{
		.name = "Check",
		.in = { { "secret", "h" }, { "options", "a{sv}" } },
		.out = { { "token", "o" }, { "refusals", "as" } },
		.handle = serve_check,
	},
	{ 0 },
};
