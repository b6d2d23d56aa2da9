/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token as a patd describes it, which may be that of another machine. */
#include <string.h>

#include "patctl/client/token_record.h"
#include "tests/fuzz/dictionary.h"

/* What token_read() accepts has every field. */
static void check(const struct record_type *type, const struct token *token)
{
	const void *pointer;

	assert_true(pat_id_valid(token->id.text));
	for (size_t i = 0; i < type->n; i++) {
		const struct record_field *field = &type->fields[i];

		if (field->type != RECORD_TEXT && field->type != RECORD_TEXTS)
			continue;
		memcpy(&pointer, (const char *)token + field->offset, sizeof(pointer));
		assert_non_null(pointer);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes bytes = { data, size };
	DBusMessage *reply = dbus_message_new_method_call("a.b", "/", "a.b", "c");
	const struct record_type *type = token_record_type();
	const char *keys[RECORD_FIELDS_MAX];
	struct token token;
	DBusMessageIter args;

	assert_non_null(reply);
	for (size_t i = 0; i < type->n; i++)
		keys[i] = type->fields[i].key;
	dbus_message_iter_init_append(reply, &args);
	fuzz_append_dictionary(&args, keys, type->n, &bytes);
	assert_true(dbus_message_iter_init(reply, &args));
	if (token_read(&args, &token)) {
		check(type, &token);
		token_clear(&token);
	}
	dbus_message_unref(reply);
	return 0;
}
