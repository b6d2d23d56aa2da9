/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of arrays as parameters. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "fleet/carry/carrier_private.h"

static void an_array_is_as_postgresql_reads_it(void **state)
{
	struct array array;

	(void)state;
	array_begin(&array);
	assert_string_equal(array_end(&array), "{}");
	free(array.text);

	array_begin(&array);
	array_add(&array, "web1");
	array_add(&array, "");
	array_add(&array, "a\"b\\c,{}NULL");
	assert_string_equal(array_end(&array), "{\"web1\",\"\",\"a\\\"b\\\\c,{}NULL\"}");
	free(array.text);

	array_begin(&array);
	array_add_number(&array, 0);
	array_add_number(&array, UINT64_MAX);
	array_add_hex(&array, (const uint8_t *)"\x00\xff", 2);
	assert_string_equal(array_end(&array), "{0,18446744073709551615,00ff}");
	free(array.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_array_is_as_postgresql_reads_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
