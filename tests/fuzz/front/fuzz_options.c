/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of a method, and how long a message is, from whoever is on the bus. */
#include "front/bus/arguments.h"
#include "tests/fuzz/dictionary.h"

#define GIVEN_LIFETIME 1U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const keys[] = { "user", "reason", "lifetime", "force", "services" };
	static char user[32], reason[64], services[BUS_LIST_MAX];
	struct fuzz_bytes bytes = { data, size };
	uint64_t lifetime = 0;
	uint32_t given = 0;
	const struct bus_option options[] = {
		{ "user", BUS_USER, user, sizeof(user), 0 },
		{ "reason", BUS_TEXT, reason, sizeof(reason), 0 },
		{ "lifetime", BUS_NUMBER, &lifetime, 0, GIVEN_LIFETIME },
		{ "force", BUS_FLAG, NULL, 0, 0 },
		{ "services", BUS_LIST, services, sizeof(services), 0 },
		{ 0 },
	};
	DBusMessage *call = dbus_message_new_method_call("a.b", "/", "a.b", "c");
	DBusMessageIter args;

	assert_non_null(call);
	services[0] = '\0';
	dbus_message_iter_init_append(call, &args);
	fuzz_append_dictionary(&args, keys, COUNT(keys), &bytes);
	assert_true(dbus_message_iter_init(call, &args));
	if (!bus_options_read(&args, options, &given)) {
		assert_true(dbus_validate_utf8(user, NULL));
		assert_true(lifetime == 0 || given == GIVEN_LIFETIME);
		assert_true(strnlen(reason, sizeof(reason)) < sizeof(reason));
		assert_true(strnlen(services, sizeof(services)) < sizeof(services));
	}
	/* Longer than no limit, and than every smaller one. */
	assert_true(bus_message_exceeds(call, 1));
	assert_false(bus_message_exceeds(call, SIZE_MAX / 2));
	dbus_message_unref(call);
	return 0;
}
