#include "patd/bus/pending_secrets.h"
#include "tests/unit/unit.h"

static const struct pat_id one = { "0000000001" }, two = { "0000000002" };

static void a_reply_that_comes_back_gives_its_token_once(void **state)
{
	struct pending_secrets pending_secrets = { 0 };
	struct pat_id id = { "untouched" };

	(void)state;
	pending_secrets_add(&pending_secrets, 7, &one);
	pending_secrets_add(&pending_secrets, 9, &two);
	assert_false(pending_secrets_take(&pending_secrets, 8, &id));
	assert_false(pending_secrets_take(&pending_secrets, 0, &id));
	assert_string_equal(id.text, "untouched");
	assert_true(pending_secrets_take(&pending_secrets, 9, &id));
	assert_string_equal(id.text, two.text);
	assert_false(pending_secrets_take(&pending_secrets, 9, &id));
	assert_true(pending_secrets_take(&pending_secrets, 7, &id));
	assert_string_equal(id.text, one.text);
}

static void the_latest_are_remembered(void **state)
{
	struct pending_secrets pending_secrets = { 0 };
	struct pat_id id;

	(void)state;
	for (dbus_uint32_t serial = 1; serial <= HANDED_MAX + 1; serial++)
		pending_secrets_add(&pending_secrets, serial, &one);
	assert_false(pending_secrets_take(&pending_secrets, 1, &id));
	for (dbus_uint32_t serial = 2; serial <= HANDED_MAX + 1; serial++)
		assert_true(pending_secrets_take(&pending_secrets, serial, &id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_that_comes_back_gives_its_token_once),
		cmocka_unit_test(the_latest_are_remembered),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
