/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The candidates for the placeholders of help. */
#include "patctl/complete/placeholder.h"

#include <dirent.h>
#include <pwd.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/verb.h"
#include "patctl/client/client.h"
#include "patctl/verbs/list_filter.h"
#include "patctl/verbs/list_sort.h"

static void complete_verbs(const struct partial_command *partial, struct candidates *candidates)
{
	const bool host = command_given(&partial->command, &option_host);

	for (const struct verb *const *verb = partial->command.verbs; *verb; verb++)
		if (!(*verb)->hidden && (!host || options_have((*verb)->options, &option_host)))
			candidates_word(candidates, (*verb)->name, _((*verb)->summary));
}

static void complete_disabled(const struct command *command, struct candidates *candidates)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = client_new(NULL, false, &error);
	cleanup_records struct records records = { 0 };

	if (client && client_disabled(client, &records, &error)) {
		const struct disabled *all = records.items;

		for (size_t i = 0; i < records.n; i++)
			if (!command_has_operand(command, all[i].user))
				candidates_word(candidates, all[i].user, all[i].reason);
	}
	dbus_error_free(&error);
}

static void complete_users(const struct partial_command *partial, struct candidates *candidates)
{
	const struct command *command = &partial->command;
	const struct passwd *user;

	if (command->verb && command->verb->disabled_users) {
		complete_disabled(command, candidates);
		return;
	}
	setpwent();
	while (candidates->n < CANDIDATES_MAX && (user = getpwent()))
		if (!command_has_operand(command, user->pw_name))
			candidates_word(candidates, user->pw_name, NULL);
	endpwent();
}

/* Of a list with commas the last item is completed. */
static void skip_items(struct candidates *candidates)
{
	const char *comma = strrchr(candidates_begin(candidates), ',');

	if (comma)
		candidates->head = (size_t)(comma + 1 - candidates->typed);
}

static void complete_files_of(const char *folder, struct candidates *candidates)
{
	DIR *stream = opendir(folder);
	const struct dirent *entry;

	if (!stream)
		return;
	while ((entry = readdir(stream)))
		if (entry->d_name[0] != '.')
			candidates_word(candidates, entry->d_name, NULL);
	(void)closedir(stream);
}

static void complete_services(const struct partial_command *partial, struct candidates *candidates)
{
	(void)partial;
	skip_items(candidates);
	complete_files_of("/etc/pam.d", candidates);
}

static void complete_sources(const struct partial_command *partial, struct candidates *candidates)
{
	(void)partial;
	skip_items(candidates);
	candidates_word(candidates, "local", _("a login from no network"));
}

static void complete_states(const struct partial_command *partial, struct candidates *candidates)
{
	(void)partial;
	for (size_t i = 0; filter_states[i]; i++)
		candidates_word(candidates, filter_states[i], NULL);
}

static void complete_keys(const struct partial_command *partial, struct candidates *candidates)
{
	(void)partial;
	candidates->head += *candidates_begin(candidates) == '-';
	for (size_t i = 0; sort_key(i); i++)
		candidates_word(candidates, sort_key(i), NULL);
}

/* In the folder that the word names so far. */
static void complete_files(const struct partial_command *partial, struct candidates *candidates)
{
	const char *typed = candidates_begin(candidates), *slash = strrchr(typed, '/');
	const size_t len = slash ? (size_t)(slash + 1 - typed) : 0;
	cleanup_text char *folder = text_format("%.*s", (int)len, typed);

	(void)partial;
	candidates->head += len;
	complete_files_of(len > 0 ? folder : ".", candidates);
}

void complete_placeholder(const char *word, size_t len, const struct partial_command *partial,
	struct candidates *candidates)
{
	static const struct {
		const char *word;
		void (*complete)(
			const struct partial_command *partial, struct candidates *candidates);
		bool local; /* known on this machine only */
	} placeholders[] = {
		{ "VERB", complete_verbs, false },
		{ "TOKEN", complete_tokens, true },
		{ "USER", complete_users, true },
		{ "SERVICE", complete_services, true },
		{ "SOURCE", complete_sources, false },
		{ "FILE", complete_files, true },
		{ "STATE", complete_states, false },
		{ "KEY", complete_keys, false },
	};
	const bool host = command_given(&partial->command, &option_host);

	for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++)
		if (strlen(placeholders[i].word) == len &&
			memcmp(placeholders[i].word, word, len) == 0 &&
			!(host && placeholders[i].local))
			placeholders[i].complete(partial, candidates);
}
