/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of which connections to a hub are made. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "fleet/hub/conninfo.h"

static const char *value_of(const struct conninfo *conninfo, const char *keyword)
{
	const char *value = NULL;

	/* As in libpq, the last one counts. */
	for (size_t i = 0; conninfo->keywords[i]; i++)
		if (strcmp(conninfo->keywords[i], keyword) == 0)
			value = conninfo->values[i];
	return value;
}

static void a_unix_socket_and_verified_tls_are_taken(void **state)
{
	static const char *const texts[] = { "host=/run/postgresql", "host=/a,/b port=1,2",
		"host=hub sslmode=verify-full",
		"host=a,b sslmode=verify-full sslcert=/c sslkey=/k sslrootcert=/r",
		"host=hub sslmode=verify-full user=web1 dbname=fleet" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct conninfo conninfo;
		char *why = NULL;

		if (!conninfo_read(texts[i], "web1", &conninfo, &why))
			fail_msg("%s: %s", texts[i], why);
		assert_string_equal(value_of(&conninfo, "user"), "web1");
		assert_string_equal(value_of(&conninfo, "application_name"), "patd-fleet");
		assert_string_equal(value_of(&conninfo, "gssencmode"), "disable");
		conninfo_clear(&conninfo);
	}
}

static void a_connection_that_others_could_read_or_take_is_refused(void **state)
{
	static const char *const texts[] = { "", "port=5432", "host=hub",
		"host=hub sslmode=require", "host=hub sslmode=verify-ca", "host=hub,/tmp",
		"host=/tmp,hub", "host=/tmp hostaddr=192.0.2.1",
		"hostaddr=192.0.2.1 sslmode=verify-full", "host=/tmp password=x",
		"host=/tmp passfile=/x", "host=/tmp service=x", "host=/tmp options=-cx",
		"host=/tmp gssencmode=require", "host=/tmp sslpassword=x",
		"host=/tmp replication=true", "host=/tmp nonsense=1", "host" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct conninfo conninfo;
		char *why = NULL;

		if (conninfo_read(texts[i], "web1", &conninfo, &why))
			fail_msg("%s is taken", texts[i]);
		assert_non_null(why);
		free(why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_unix_socket_and_verified_tls_are_taken),
		cmocka_unit_test(a_connection_that_others_could_read_or_take_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
