/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/usage/overlay. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patd/usage/overlay.h"
#include "tests/unit/unit.h"

static struct use a_use(unsigned int number, uint64_t uses)
{
	struct use use = { .uses = uses };

	(void)snprintf(use.id.text, sizeof(use.id.text), "%010u", number);
	return use;
}

static void latest_use_of_each_token_is_kept_in_the_order_of_the_first(void **state)
{
	struct overlay *overlay;
	struct use use;

	(void)state;
	assert_int_equal(overlay_new(&overlay), 0);
	for (unsigned int i = 0; i < OVERLAY_MAX; i++) {
		use = a_use(i, 1);
		assert_null(overlay_find(overlay, &use.id));
		assert_int_equal(overlay_put(overlay, &use, i + 1), 0);
	}
	use = a_use(OVERLAY_MAX, 1);
	assert_int_equal(overlay_put(overlay, &use, 7777), -ENOSPC);
	use = a_use(0, 2);
	assert_int_equal(overlay_put(overlay, &use, 8888), 0);
	assert_int_equal(overlay_count(overlay), OVERLAY_MAX);
	assert_int_equal(overlay_find(overlay, &use.id)->uses, 2);
	assert_string_equal(overlay_oldest(overlay)->id.text, "0000000000");
	assert_int_equal(overlay_seq(overlay_oldest(overlay)), 1);
	assert_string_equal(overlay_next(overlay_oldest(overlay))->id.text, "0000000001");
	overlay_remove(overlay, &use.id);
	overlay_remove(overlay, &use.id);
	assert_null(overlay_find(overlay, &use.id));
	assert_int_equal(overlay_seq(overlay_oldest(overlay)), 2);
	overlay_free(overlay);
	overlay_free(NULL);
}

static void use_is_applied_once_and_never_backwards(void **state)
{
	struct token token = { .uses = 4, .rotations = 1, .former_until = 99 };
	struct use use = { .uses = 5, .rotations = 1, .last_used_at = 7, .service = "sudo" };

	(void)state;
	assert_true(use_apply(&use, &token));
	assert_int_equal(token.uses, 5);
	assert_int_equal(token.former_until, 0);
	assert_string_equal(token.last_used_service, "sudo");
	assert_false(use_apply(&use, &token));
	use.uses = 3;
	assert_false(use_apply(&use, &token));
	assert_int_equal(token.uses, 5);
	/* A rotation since then has a former secret of its own. */
	token.rotations = 2;
	token.former_until = 88;
	use.uses = 6;
	assert_true(use_apply(&use, &token));
	assert_int_equal(token.former_until, 88);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(latest_use_of_each_token_is_kept_in_the_order_of_the_first),
		cmocka_unit_test(use_is_applied_once_and_never_backwards),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
