/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whatever an issuer that is trusted may sign: a member takes it, and has it as it was said, or
 * refuses it.  The bytes are what is signed, without the signature; by the issuer's first key.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/unit/patd/tokens/fleet_worlds.h"

static struct fleet_worlds *worlds;

static void take_away(void)
{
	void *state = worlds;

	(void)worlds_tear_down(&state);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	void *state;

	(void)argc;
	(void)argv;
	(void)worlds_set_up(&state);
	worlds = state;
	(void)world_generate(&worlds->member, &alice, "local");
	return atexit(take_away);
}

/* All zeros: it has no token of that id. */
static void find_hash(const struct pat_id *id, uint8_t ret[static FLEET_HASH_LEN])
{
	struct refusal ignored;
	struct token token;

	memset(ret, 0, FLEET_HASH_LEN);
	if (tokens_find(worlds->member.tokens, &root, id->text, &token, &ignored) == PAT_OK)
		memcpy(ret, token.row_hash, FLEET_HASH_LEN);
}

/*
 * What is kept is what the row says, or something later; or, if the issuer has said two things by
 * one number, what it said first.
 */
static void check_kept(const struct fleet_row *row, const uint8_t before[static FLEET_HASH_LEN])
{
	uint8_t said[FLEET_SIGNED_MAX], again[FLEET_SIGNED_MAX];
	struct world *member = &worlds->member;
	struct fleet_row kept;
	struct refusal ignored;
	struct token token;
	bool is_said;
	size_t len;

	assert_true(fleet_state(member, ISSUER).number >= row->number);
	if (tokens_find(member->tokens, &root, row->id.text, &token, &ignored) != PAT_OK)
		return;
	assert_int_not_equal(tokens_state(member->tokens, &token), TOKEN_ALTERED);
	if (strcmp(token.issuer, ISSUER) != 0 || token.number != row->number)
		return;
	/* But for what a member may know better. */
	fleet_row_of(&token, &kept);
	kept.former_until = row->former_until;
	memcpy(kept.name, row->name, sizeof(kept.name));
	len = fleet_row_write(row, said);
	is_said = fleet_row_write(&kept, again) == len && memcmp(said, again, len) == 0;
	assert_true(token.held || is_said || memcmp(token.row_hash, before, FLEET_HASH_LEN) == 0);
	assert_int_equal(tokens_fleet_standing(member->tokens, token.issuer), PAT_STALE);
}

static void put_row(const struct signed_bytes *bytes)
{
	struct fleet_row said = { 0 };
	const bool reads = fleet_row_read(bytes->bytes, bytes->len, &said);
	uint8_t before[FLEET_HASH_LEN];
	int r;

	find_hash(&said.id, before);
	r = tokens_fleet_put_rows(worlds->member.tokens, ISSUER, bytes, 1);
	assert_true(r == 0 || r == -EBADMSG);
	if (r < 0)
		return;
	assert_true(reads);
	check_kept(&said, before);
}

static void put_beat(const struct signed_bytes *bytes)
{
	struct fleet_state state;
	struct fleet_beat said;
	int r = tokens_fleet_put_beat(worlds->member.tokens, ISSUER, bytes);

	assert_true(r == 0 || r == -EBADMSG);
	if (r < 0)
		return;
	assert_true(fleet_beat_read(bytes->bytes, bytes->len, &said));
	state = fleet_state(&worlds->member, ISSUER);
	assert_true(state.beat_at >= said.at || said.at > NOON + 300);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[FLEET_SIGNED_MAX];
	const struct signed_bytes signed_bytes = { bytes, size + FLEET_SIGNATURE_LEN };

	if (size > sizeof(bytes) - FLEET_SIGNATURE_LEN)
		return 0;
	if (size > 0)
		memcpy(bytes, data, size);
	assert_int_equal(key_fleet_sign(worlds->issuer.key, 1, bytes, size, bytes + size), 0);
	put_row(&signed_bytes);
	put_beat(&signed_bytes);
	return 0;
}
