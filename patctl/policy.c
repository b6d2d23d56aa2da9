#include <stdio.h>
#include <string.h>

#include "patctl/client_policy.h"
#include "patctl/json.h"
#include "patctl/text.h"
#include "patctl/verbs.h"

static void print_json(const struct setting *settings, size_t n)
{
	struct json_list list = { 0 };

	for (size_t i = 0; i < n; i++) {
		json_t *object = json_must(json_object());

		json_add(object, "key", json_of_text(settings[i].key));
		json_add(object, "value", json_of_text(settings[i].value));
		json_add(object, "source", json_of_text(settings[i].source));
		json_list_add(&list, object);
	}
	json_list_end(&list);
}

static int wider(int width, const char *text)
{
	int len = (int)strlen(text);

	return len > width ? len : width;
}

static void print(const struct setting *settings, size_t n, bool legend)
{
	int key_width = (int)strlen("SETTING"), value_width = (int)strlen("VALUE");

	for (size_t i = 0; i < n; i++) {
		key_width = wider(key_width, settings[i].key);
		value_width = wider(value_width, settings[i].value);
	}
	if (legend)
		(void)printf("%-*s %-*s %s\n", key_width, "SETTING", value_width, "VALUE", "FROM");
	for (size_t i = 0; i < n; i++) {
		cleanup_text char *key = text_safe(settings[i].key),
				  *value = text_safe(settings[i].value),
				  *source = text_safe(settings[i].source);

		(void)printf("%-*s %-*s %s\n", key_width, key, value_width, value, source);
	}
}

enum outcome policy_run(const struct command *command)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client =
		client_at(command->host, !command->no_ask_password, &error);
	cleanup_records struct records records = { 0 };

	if (!client || !client_policy(client, &records, &error))
		return outcome_fail(NULL, &error);
	if (command->json)
		print_json(records.items, records.n);
	else
		print(records.items, records.n, !command->no_legend);
	return OUTCOME_DONE;
}
