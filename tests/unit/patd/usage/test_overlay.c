/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/usage/overlay and patd/usage/pack. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patd/model/entry.h"
#include "patd/usage/overlay.h"
#include "patd/usage/pack.h"
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

static struct entry an_entry(void)
{
	struct entry entry = { .seq = UINT64_C(1) << 40,
		.at = 1700000000,
		.event = ENTRY_USED,
		.id = { "0123456789" },
		.user = "alice",
		.uid = UINT32_MAX,
		.new_network = true,
		.service = "sudo" };

	memset(entry.name, 'n', sizeof(entry.name) - 1);
	memset(entry.mac, 0xAB, sizeof(entry.mac));
	return entry;
}

static void packed_record_is_the_same_again(void **state)
{
	struct entry entry = an_entry(), again;
	uint8_t bytes[PACK_MAX];
	size_t len = pack(&entry_table, &entry, bytes);

	(void)state;
	assert_true(unpack(&entry_table, bytes, len, &again));
	assert_memory_equal(&entry, &again, sizeof(entry));
	/* Nothing is longer than there is room for. */
	memset(entry.user, 'u', sizeof(entry.user) - 1);
	memset(entry.service, 's', sizeof(entry.service) - 1);
	memset(entry.rhost, 'r', sizeof(entry.rhost) - 1);
	memset(entry.tty, 't', sizeof(entry.tty) - 1);
	memset(entry.detail, 'd', sizeof(entry.detail) - 1);
	assert_true(pack(&entry_table, &entry, bytes) < PACK_MAX);
}

static void damaged_record_is_refused_or_in_bounds(void **state)
{
	struct entry entry = an_entry(), again;
	uint8_t bytes[PACK_MAX];
	size_t len = pack(&entry_table, &entry, bytes);

	(void)state;
	for (size_t cut = 0; cut < len; cut++)
		assert_false(unpack(&entry_table, bytes, cut, &again));
	assert_false(unpack(&entry_table, bytes, len + 1, &again));
	for (size_t at = 0; at < len; at++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			bytes[at] ^= (uint8_t)(1U << bit);
			if (unpack(&entry_table, bytes, len, &again))
				assert_true(again.event < ENTRY_EVENTS);
			bytes[at] ^= (uint8_t)(1U << bit);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(latest_use_of_each_token_is_kept_in_the_order_of_the_first),
		cmocka_unit_test(use_is_applied_once_and_never_backwards),
		cmocka_unit_test(packed_record_is_the_same_again),
		cmocka_unit_test(damaged_record_is_refused_or_in_bounds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
