/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is taken for an answer is safe to read: its texts end, its numbers are in their ranges; and
 * a row that is taken off it is one that would be packed so.  The first byte is the request's kind.
 */
#include "common/pack.h"
#include "protocol/answer.h"
#include "protocol/rows.h"
#include "tests/fuzz/fuzz.h"

static void try_rows(const struct table *table, const uint8_t *bytes, size_t len)
{
	char *record = malloc(table->size);
	uint8_t *again = malloc(row_size_max(table));

	assert_non_null(record);
	assert_non_null(again);
	while (len > 0) {
		const size_t taken = row_unpack(table, bytes, len, record);

		if (taken == 0)
			break;
		assert_true(taken <= len);
		assert_int_equal(row_pack(table, record, again), taken);
		assert_memory_equal(again, bytes, taken);
		bytes += taken;
		len -= taken;
	}
	free(record);
	free(again);
}

static void try_done(const struct answer *answer, uint32_t kind)
{
	struct answer_check check;

	switch (kind) {
	case REQUEST_LIST:
	case REQUEST_HISTORY:
		assert_true(strnlen((const char *)answer->body, REQUEST_CURSOR_SIZE) <
			    REQUEST_CURSOR_SIZE);
		break;
	case REQUEST_GENERATE:
	case REQUEST_ROTATE:
		assert_true(pat_id_valid((const char *)answer->body));
		break;
	case REQUEST_CHECK:
		memcpy(&check, answer->body, sizeof(check));
		assert_between(check.n, 0, PAT_VERDICTS);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct answer answer;
	const struct table *tables[] = { token_row_table(), &entry_row_table, &disabled_row_table,
		&source_row_table, &setting_row_table };
	uint32_t kind;

	if (size < 1 || size - 1 > sizeof(answer))
		return 0;
	kind = data[0] % (REQUEST_KINDS + 1);
	for (size_t i = 0; i < COUNT(tables); i++)
		try_rows(tables[i], data + 1, size - 1);
	memset(&answer, 0, sizeof(answer));
	memcpy(&answer, data + 1, size - 1);
	if (!answer_check(&answer, size - 1, kind))
		return 0;
	assert_between(answer.head.error, 0, PAT_ERRORS - 1);
	assert_int_equal(answer.head.kind == ANSWER_REFUSED, answer.head.error != PAT_OK);
	if (answer.head.kind == ANSWER_DONE)
		try_done(&answer, kind);
	if (answer.head.kind == ANSWER_REFUSED)
		assert_non_null(memchr(answer.body, '\0', size - 1 - sizeof(answer.head)));
	return 0;
}
