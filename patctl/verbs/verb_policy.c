/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl policy: the settings of patd that are in force. */
#include <stdio.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/print/json.h"
#include "patctl/verbs/select.h"

static void print_json(const struct records *records)
{
	const struct setting_row *settings = records->items;
	struct json_list list = { 0 };

	for (size_t i = 0; i < records->n; i++)
		json_list_record(&list, records->table, &settings[i]);
	json_list_end(&list);
}

static void print_row(const char *key, size_t key_width, const char *value, size_t value_width,
	const char *source)
{
	cleanup_text char *first = text_pad(key, key_width), *second = text_pad(value, value_width);

	(void)printf("%s %s %s\n", first, second, source);
}

static void print(const struct setting_row *settings, size_t n, bool legend)
{
	const char *const key = _("SETTING"), *const value = _("VALUE");
	size_t key_width = text_width(key), value_width = text_width(value);

	for (size_t i = 0; i < n; i++) {
		key_width = text_wider(key_width, settings[i].key);
		value_width = text_wider(value_width, settings[i].value);
	}
	if (legend)
		print_row(key, key_width, value, value_width, _("FROM"));
	for (size_t i = 0; i < n; i++) {
		cleanup_text char *safe_key = text_safe(settings[i].key),
				  *safe_value = text_safe(settings[i].value),
				  *source = text_safe(settings[i].source);

		print_row(safe_key, key_width, safe_value, value_width, source);
	}
}

static enum outcome run(const struct command *command)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = select_machine(command, &error);
	cleanup_records struct records records = { 0 };

	if (!client || !client_policy(client, &records, &error))
		return outcome_fail(NULL, &error);
	if (command_given(command, &option_json)) {
		print_json(&records);
		return OUTCOME_DONE;
	}
	command_page(command);
	print(records.items, records.n, !command_given(command, &option_no_legend));
	return OUTCOME_DONE;
}

const struct verb verb_policy = { "policy", "", run, N_("show the settings that patd uses"),
	OPTIONS(&option_host, &option_json, &option_output, &option_no_legend, &option_quiet,
		&option_no_ask_password, &option_no_pager),
	{ N_("Shows the settings of patd.conf(5) in force, with the file and line of each.\n") },
	"  patctl policy\n", .synonyms = { "config", "settings" } };
