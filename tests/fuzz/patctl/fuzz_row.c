/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token as a patd describes it, which may be that of another machine. */
#include <string.h>

#include "common/field.h"
#include "patctl/client/records.h"
#include "tests/fuzz/dictionary.h"

#define KEYS_MAX 63

/* What is accepted has an id, and texts that end. */
static void check(const struct table *table, const struct token_row *token)
{
	assert_true(pat_id_valid(token->id.text));
	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];

		if (FIELD_IS_TEXT(field->kind))
			assert_non_null(
				memchr((const char *)token + field->offset, '\0', field->size));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes bytes = { data, size };
	DBusMessage *reply = dbus_message_new_method_call("a.b", "/", "a.b", "c");
	const struct table *table = token_row_table();
	cleanup_records struct records records = { .table = table };
	const char *keys[KEYS_MAX];
	DBusMessageIter args, tokens;

	assert_non_null(reply);
	for (size_t i = 0; i < table->n; i++)
		keys[i] = table->fields[i].property;
	dbus_message_iter_init_append(reply, &args);
	assert_true(dbus_message_iter_open_container(&args, DBUS_TYPE_ARRAY, "a{sv}", &tokens));
	fuzz_append_dictionary(&tokens, keys, table->n, &bytes);
	assert_true(dbus_message_iter_close_container(&args, &tokens));
	assert_true(dbus_message_iter_init(reply, &args));
	if (records_read_bus(&records, &args) && records.n == 1)
		check(table, records.items);
	dbus_message_unref(reply);
	return 0;
}
