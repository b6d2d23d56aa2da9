/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may do what, row by row. */
#include <limits.h>

#include "patd/rules/authority.h"
#include "tests/unit/unit.h"

#define NONE ACTION_NONE

static void each_operation_needs_the_documented_action(void **state)
{
	static const struct {
		enum operation operation;
		enum action own, others;
	} table[] = {
		{ OP_GENERATE, ACTION_GENERATE_OWN, ACTION_MANAGE_OTHERS },
		{ OP_LIST, NONE, ACTION_MANAGE_OTHERS },
		{ OP_FOLLOW, NONE, ACTION_MANAGE_OTHERS },
		{ OP_REVOKE, NONE, ACTION_MANAGE_OTHERS },
		{ OP_RESTORE, ACTION_RESTORE_OWN, ACTION_MANAGE_OTHERS },
		{ OP_ROTATE, ACTION_ROTATE_OWN, ACTION_MANAGE_OTHERS },
		{ OP_ROTATE_EXPIRY, ACTION_ROTATE_OWN, ACTION_MANAGE_OTHERS },
		{ OP_RENAME, NONE, ACTION_MANAGE_OTHERS },
		{ OP_SET, NONE, ACTION_MANAGE_OTHERS },
		{ OP_WIDEN, ACTION_RESTORE_OWN, ACTION_MANAGE_OTHERS },
		{ OP_DISABLE, ACTION_MANAGE_OTHERS, ACTION_MANAGE_OTHERS },
		{ OP_DISABLE_ALL, ACTION_SET_POLICY, ACTION_SET_POLICY },
		{ OP_AUDIT, ACTION_MANAGE_OTHERS, ACTION_MANAGE_OTHERS },
		{ OP_DELETE, NONE, ACTION_MANAGE_OTHERS },
		{ OP_CHECK, NONE, ACTION_ROOT },
		{ OP_APPROVE, ACTION_CONFIRM_OWN, ACTION_CONFIRM_OTHERS },
		{ OP_DENY, NONE, ACTION_MANAGE_OTHERS },
		{ OP_BACKUP, ACTION_ROOT, ACTION_ROOT },
		{ OP_FLEET_KEY, ACTION_ROOT, ACTION_ROOT },
	};

	(void)state;
	assert_int_equal(COUNT(table), OPERATIONS);
	for (size_t i = 0; i < COUNT(table); i++) {
		struct caller root = { .uid = 0, .user = "root" };
		struct caller by_front = { .uid = 0, .user = "root", .by_front = true };
		struct caller alice = { .uid = 1000, .user = "alice" };
		enum operation operation = table[i].operation;

		assert_int_equal(authority_lacks(&root, operation, true), NONE);
		assert_int_equal(authority_lacks(&root, operation, false), NONE);
		/* What polkit can grant, and nothing else, whatever it says was granted. */
		by_front.granted = UINT_MAX;
		assert_int_equal(authority_lacks(&by_front, operation, true),
			table[i].own == ACTION_ROOT ? ACTION_ROOT : NONE);
		assert_int_equal(authority_lacks(&by_front, operation, false),
			table[i].others == ACTION_ROOT ? ACTION_ROOT : NONE);
		assert_int_equal(authority_lacks(&alice, operation, true), table[i].own);
		assert_int_equal(authority_lacks(&alice, operation, false), table[i].others);

		/* Each grant is for itself alone. */
		for (unsigned int action = NONE + 1; action < ACTIONS; action++) {
			alice.granted = 1U << action;
			assert_int_equal(authority_lacks(&alice, operation, true),
				action == table[i].own ? NONE : table[i].own);
			assert_int_equal(authority_lacks(&alice, operation, false),
				action == table[i].others ? NONE : table[i].others);
		}
	}
}

static void ownership_is_by_uid_and_name(void **state)
{
	static const struct caller alice = { .uid = 1000, .user = "alice" };

	(void)state;
	assert_true(authority_owns(&alice, 1000, "alice"));
	assert_false(authority_owns(&alice, 1000, "anna"));
	assert_false(authority_owns(&alice, 1001, "alice"));
	assert_false(authority_owns(&alice, 1000, "Alice"));
	assert_false(authority_owns(&alice, 1000, ""));
	/* Of another machine's token the name says it. */
	assert_true(authority_owns(&alice, TOKEN_UID_ANY, "alice"));
	assert_false(authority_owns(&alice, TOKEN_UID_ANY, "bob"));
}

static void every_action_has_a_polkit_name(void **state)
{
	(void)state;
	assert_null(authority_action_text(ACTION_NONE));
	for (unsigned int action = ACTION_NONE + 1; action < ACTIONS; action++)
		assert_memory_equal(
			authority_action_text((enum action)action), "org.patd.tokens1.", 17);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_operation_needs_the_documented_action),
		cmocka_unit_test(ownership_is_by_uid_and_name),
		cmocka_unit_test(every_action_has_a_polkit_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
