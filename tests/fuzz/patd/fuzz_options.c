/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of a method, from whoever is on the bus. */
#include "patd/bus/arguments.h"
#include "tests/fuzz/dictionary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const keys[] = { "user", "lifetime", "limit", "force", "services" };
	struct fuzz_bytes bytes = { data, size };
	const char *user = "";
	dbus_uint64_t lifetime = 0;
	dbus_uint32_t limit = 0;
	static struct bus_list services;
	bool force = false, given = false;
	const struct bus_option options[] = {
		{ "user", DBUS_TYPE_STRING, &user, NULL },
		{ "lifetime", DBUS_TYPE_UINT64, &lifetime, &given },
		{ "limit", DBUS_TYPE_UINT32, &limit, NULL },
		{ "force", DBUS_TYPE_BOOLEAN, &force, NULL },
		{ "services", DBUS_TYPE_ARRAY, &services, NULL },
		{ NULL, 0, NULL, NULL },
	};
	DBusMessage *call = dbus_message_new_method_call("a.b", "/", "a.b", "c");
	DBusMessageIter args;

	assert_non_null(call);
	services.text[0] = '\0';
	dbus_message_iter_init_append(call, &args);
	fuzz_append_dictionary(&args, keys, COUNT(keys), &bytes);
	assert_true(dbus_message_iter_init(call, &args));
	if (!bus_options_read(&args, options)) {
		assert_true(dbus_validate_utf8(user, NULL));
		assert_true(lifetime == 0 || given);
		assert_true(strnlen(services.text, sizeof(services.text)) < sizeof(services.text));
	}
	dbus_message_unref(call);
	return 0;
}
