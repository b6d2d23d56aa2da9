#include "patd/bus/pending_secrets.h"
#include "tests/unit/unit.h"

static const struct pat_id one = { "0000000001" }, two = { "0000000002" };

static void a_reply_that_comes_back_gives_its_token_once(void **state)
{
	struct handed handed = { 0 };
	struct pat_id id = { "untouched" };

	(void)state;
	handed_remember(&handed, 7, &one);
	handed_remember(&handed, 9, &two);
	assert_false(handed_take(&handed, 8, &id));
	assert_false(handed_take(&handed, 0, &id));
	assert_string_equal(id.text, "untouched");
	assert_true(handed_take(&handed, 9, &id));
	assert_string_equal(id.text, two.text);
	assert_false(handed_take(&handed, 9, &id));
	assert_true(handed_take(&handed, 7, &id));
	assert_string_equal(id.text, one.text);
}

static void the_latest_are_remembered(void **state)
{
	struct handed handed = { 0 };
	struct pat_id id;

	(void)state;
	for (dbus_uint32_t serial = 1; serial <= HANDED_MAX + 1; serial++)
		handed_remember(&handed, serial, &one);
	assert_false(handed_take(&handed, 1, &id));
	for (dbus_uint32_t serial = 2; serial <= HANDED_MAX + 1; serial++)
		assert_true(handed_take(&handed, serial, &id));
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
