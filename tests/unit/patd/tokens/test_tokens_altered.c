/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Logins with a row that was altered, and with a database that fails. */
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

/* Each column that decides, changed by hand to what somebody would like. */
static const struct {
	const char *what, *sql;
	const struct caller *user; /* who then logs in */
} edits[] = {
	{ "uid", "UPDATE token SET uid = 1001",
		&(const struct caller) { .uid = 1001, .user = "alice" } },
	{ "user", "UPDATE token SET user = 'bob', uid = 1001", &bob },
	{ "user alone", "UPDATE token SET user = 'bob'",
		&(const struct caller) { .uid = 1000, .user = "bob" } },
	{ "user root", "UPDATE token SET user = 'root', uid = 0", &root },
	{ "verifier", "UPDATE token SET verifier = zeroblob(32)", &alice },
	{ "created_at", "UPDATE token SET created_at = created_at + 1", &alice },
	{ "expires_at later", "UPDATE token SET expires_at = expires_at + 1", &alice },
	{ "expires_at never", "UPDATE token SET expires_at = 0", &alice },
	{ "revoked_at", "UPDATE token SET revoked_at = 1", &alice },
	{ "mac", "UPDATE token SET mac = zeroblob(32)", &alice },
};

static void altered_row_is_refused(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(edits); i++) {
		struct made made = world_generate(world, &alice, edits[i].what);

		world_edit(world, edits[i].sql);
		assert_that(world_log_in(world, edits[i].user, &made) == PAT_WRONG, "%s",
			edits[i].what);
		assert_that(world_state(world, &made) == TOKEN_ALTERED, "%s", edits[i].what);
		assert_that(world_find(world, &made).last_used_at == 0, "%s", edits[i].what);
		world_edit(world, "DELETE FROM token");
	}
}

static void altered_id_is_refused(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct pat_request request = request_with(made.secret, &alice);
	uint64_t expires_at;

	world_edit(world, "UPDATE token SET id = 'AAAAAAAAAA'");
	assert_true(pat_field_set(request.id, sizeof(request.id), "AAAAAAAAAA"));
	assert_int_equal(verify_request(world->tokens, 0, &request, &expires_at), PAT_WRONG);
}

static void revocation_undone_by_hand_is_refused(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(world_revoke(world, &made), PAT_OK);
	world_edit(world, "UPDATE token SET revoked_at = 0");
	assert_int_equal(world_log_in(world, &alice, &made), PAT_WRONG);
	assert_int_equal(world_state(world, &made), TOKEN_ALTERED);
}

/* A row copied over another one brings its secret along, but not its id. */
static void integrity__row_copied_to_another_user_is_refused(void **state)
{
	struct world *world = *state;
	struct made mine = world_generate(world, &bob, "mine");
	struct made roots = world_generate(world, &root, "root's");
	char sql[256];

	(void)snprintf(sql, sizeof(sql),
		"UPDATE token SET (verifier, mac, created_at, expires_at) ="
		" (SELECT verifier, mac, created_at, expires_at FROM token WHERE user = 'bob')"
		" WHERE user = 'root'");
	world_edit(world, sql);
	(void)memcpy(mine.secret + 4, roots.secret + 4, PAT_ID_LEN);
	{
		struct pat_request request = request_with(roots.secret, &root);
		uint64_t expires_at;

		pat_token_digest(mine.secret, PAT_TOKEN_LEN, &request.digest);
		assert_int_equal(
			verify_request(world->tokens, 0, &request, &expires_at), PAT_WRONG);
	}
}

static void integrity__row_edited_in_any_column_is_refused(void **state)
{
	static const char *const values[] = {
		[FIELD_TEXT] = "'edited'",
		[FIELD_NAME] = "'edited'",
		[FIELD_ANY_NAME] = "'edited'",
		[FIELD_NUMBER] = "7",
		[FIELD_NUMBER32] = "7",
		[FIELD_BOOL] = "1",
		[FIELD_ID] = "'edited1234'",
		[FIELD_BYTES] = "randomblob(32)",
		[FIELD_MAC] = "randomblob(32)",
	};
	struct world *world = *state;

	for (size_t i = 0; i < token_table.n; i++) {
		const struct field *field = &token_table.fields[i];
		struct made made = world_generate(world, &alice, field->column);
		char sql[128];

		assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
		(void)snprintf(sql, sizeof(sql), "UPDATE token SET %s = %s WHERE name = '%s'",
			field->column, values[field->kind], field->column);
		world_edit(world, sql);
		world_restart(world);
		assert_that(world_log_in(world, &alice, &made) == PAT_WRONG, "%s", field->column);
	}
}

static void altered_row_is_logged(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world_edit(world, "UPDATE token SET expires_at = 0");
	logged_clear();
	assert_int_equal(world_log_in(world, &alice, &made), PAT_WRONG);
	assert_logged("altered");
	assert_logged(made.token.id.text);
}

static void scope__damaged_row_fails_the_login(void **state)
{
	static const char *const damages[] = {
		"UPDATE token SET verifier = zeroblob(31)",
		"UPDATE token SET mac = zeroblob(33)",
		"UPDATE token SET mac = zeroblob(0)",
		"UPDATE token SET uid = -1",
		"UPDATE token SET uid = 4294967296",
		"UPDATE token SET expires_at = -1",
		"UPDATE token SET revoked_at = -1",
		"UPDATE token SET created_at = -9223372036854775808",
		"UPDATE token SET user = ''",
		"UPDATE token SET user = 'a' || char(10)",
		"UPDATE token SET user = 'alice' || char(0) || 'x'",
		"UPDATE token SET name = ''",
		"UPDATE token SET name = cast(x'ff' AS TEXT)",
	};
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(damages); i++) {
		struct made made = world_generate(world, &alice, "laptop");

		world_edit(world, damages[i]);
		assert_that(world_log_in(world, &alice, &made) == PAT_FAILED, "%s", damages[i]);
		world_edit(world, "DELETE FROM token");
	}
}

static void scope__login_fails_when_the_database_fails(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world_edit(world, "ALTER TABLE token RENAME TO gone");
	assert_int_equal(world_log_in(world, &alice, &made), PAT_FAILED);
	world_edit(world, "ALTER TABLE gone RENAME TO token");
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

/* A full disk, or whatever keeps the use from being written: the token still opens. */
static void unlimited_use_that_cannot_be_recorded_is_accepted(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	logged_clear();
	world_disk(false);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	world_disk(true);
	assert_logged("could not be recorded");
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(world_find(world, &made).last_used_at, NOON);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(altered_row_is_refused),
		WORLD_TEST(altered_id_is_refused),
		WORLD_TEST(revocation_undone_by_hand_is_refused),
		WORLD_TEST(integrity__row_copied_to_another_user_is_refused),
		WORLD_TEST(integrity__row_edited_in_any_column_is_refused),
		WORLD_TEST(altered_row_is_logged),
		WORLD_TEST(scope__damaged_row_fails_the_login),
		WORLD_TEST(scope__login_fails_when_the_database_fails),
		WORLD_TEST(unlimited_use_that_cannot_be_recorded_is_accepted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
