/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host that is not refused is one argument of ssh's, and no option. */
#include <dbus/dbus.h>

#include "patctl/base/host.h"
#include "tests/fuzz/fuzz.h"

static void assert_plain(const char *text)
{
	char *address = host_address(text), key[] = "argv1";
	const char *value, *before = "";
	DBusAddressEntry **entries;
	bool seen = false;
	int n;

	assert_true(dbus_parse_address(address, &entries, &n, NULL));
	assert_int_equal(n, 1);
	assert_string_equal(dbus_address_entry_get_method(entries[0]), "unixexec");
	assert_string_equal(dbus_address_entry_get_value(entries[0], "path"), "ssh");
	for (; (value = dbus_address_entry_get_value(entries[0], key)); key[4]++) {
		if (strcmp(before, "--") == 0) {
			seen = true;
			assert_true(*value != '-' && *value != '\0');
			assert_null(strpbrk(value, " \t\n'\"\\$`;&|<>()*?[]{}~#!"));
		}
		before = value;
	}
	assert_true(seen);
	assert_string_equal(before, "systemd-stdio-bridge");
	dbus_address_entries_free(entries);
	free(address);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	if (!host_problem(text))
		assert_plain(text);
	free(text);
	return 0;
}
