/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token as a patd describes it, which may be that of another machine. */
#include <string.h>

#include "patctl/client/token_record.h"
#include "tests/fuzz/dictionary.h"

/* What row_read() accepts has every field. */
static void check(const struct shape *shape, const struct row *row)
{
	const void *pointer;

	assert_true(pat_id_valid(row->id.text));
	for (size_t i = 0; i < shape->n; i++) {
		const struct field *field = &shape->fields[i];

		if (field->type != FIELD_TEXT && field->type != FIELD_TEXTS)
			continue;
		memcpy(&pointer, (const char *)row + field->offset, sizeof(pointer));
		assert_non_null(pointer);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes bytes = { data, size };
	DBusMessage *reply = dbus_message_new_method_call("a.b", "/", "a.b", "c");
	const struct shape *shape = row_shape();
	const char *keys[SHAPE_FIELDS_MAX];
	struct row row;
	DBusMessageIter args;

	assert_non_null(reply);
	for (size_t i = 0; i < shape->n; i++)
		keys[i] = shape->fields[i].key;
	dbus_message_iter_init_append(reply, &args);
	fuzz_append_dictionary(&args, keys, shape->n, &bytes);
	assert_true(dbus_message_iter_init(reply, &args));
	if (row_read(&args, &row)) {
		check(shape, &row);
		row_clear(&row);
	}
	dbus_message_unref(reply);
	return 0;
}
