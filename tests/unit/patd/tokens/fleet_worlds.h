/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An issuer of fleet tokens and a member, whose bytes the test carries. */
#pragma once

#include <errno.h>

#include "patd/tokens/tokens_fleet.h"
#include "tests/unit/patd/world.h"

#define ISSUER "issuer1"
#define OTHER "issuer2"

/* Signed rows and a heartbeat, as the hub would have them. */
struct parcel {
	struct {
		uint8_t bytes[FLEET_SIGNED_MAX];
		size_t len;
		struct fleet_row row;
	} rows[32];
	size_t n;
};

struct signed_beat {
	uint8_t bytes[FLEET_SIGNED_MAX];
	size_t len;
	struct fleet_beat beat;
};

struct fleet_worlds {
	struct world issuer, other, member;
	struct parcel parcel;
};

/* Another machine has another key. */
static inline void worlds_make(struct world *world, uint8_t which)
{
	const uint8_t bytes[KEY_LEN] = { which, which, which };

	world_make(world);
	world_stop(world);
	key_free(world->key);
	place_remove(&world->place);
	place_make(&world->place);
	assert_int_equal(key_new(bytes, &world->key), 0);
	world_start(world);
}

static inline void worlds_name(struct world *world, const char *issuer, const char *host)
{
	assert_true(pat_field_set(world->policy.issuer, sizeof(world->policy.issuer), issuer));
	assert_true(pat_field_set(world->policy.host, sizeof(world->policy.host), host));
	world_apply_policy(world);
}

/* The member trusts the key that the issuer has now, beside those that it trusts already. */
static inline void worlds_trust(struct world *member, struct world *issuer)
{
	const char *name = issuer->policy.issuer;
	struct policy *policy = &member->policy;
	struct issuer *trusted = NULL;
	uint8_t key[FLEET_PUBLIC_KEY_LEN];

	assert_int_equal(tokens_fleet_public_key(issuer->tokens, key), 0);
	for (size_t i = 0; i < policy->issuers_n; i++)
		if (strcmp(policy->issuers[i].name, name) == 0)
			trusted = &policy->issuers[i];
	if (!trusted) {
		trusted = &policy->issuers[policy->issuers_n++];
		assert_true(pat_field_set(trusted->name, sizeof(trusted->name), name));
	}
	memcpy(trusted->keys[trusted->keys_n].bytes, key, sizeof(key));
	fleet_key_id(key, trusted->keys[trusted->keys_n].id);
	trusted->keys_n++;
	world_apply_policy(member);
}

static inline int worlds_set_up(void **state)
{
	struct fleet_worlds *worlds = calloc(1, sizeof(*worlds));

	assert_non_null(worlds);
	worlds_make(&worlds->issuer, 1);
	worlds_make(&worlds->other, 2);
	worlds_make(&worlds->member, 3);
	worlds_name(&worlds->issuer, ISSUER, "issuer1.example");
	worlds_name(&worlds->other, OTHER, "issuer2.example");
	worlds_name(&worlds->member, "", "web1");
	worlds_trust(&worlds->member, &worlds->issuer);
	worlds_trust(&worlds->member, &worlds->other);
	*state = worlds;
	return 0;
}

static inline int worlds_tear_down(void **state)
{
	struct fleet_worlds *worlds = *state;

	world_end(&worlds->issuer);
	world_end(&worlds->other);
	world_end(&worlds->member);
	free(worlds);
	return 0;
}

#define WORLDS_TEST(test) cmocka_unit_test_setup_teardown(test, worlds_set_up, worlds_tear_down)

/* The time, on all machines. */
static inline void worlds_wait(struct fleet_worlds *worlds, uint64_t seconds)
{
	worlds->issuer.time += seconds;
	worlds->other.time += seconds;
	worlds->member.time += seconds;
}

static inline struct made fleet_generate_for(
	struct world *issuer, const struct caller *owner, const char *name, const char *hosts)
{
	struct token_request request = request_for(owner, name);
	struct made made;

	request.fleet = true;
	if (hosts)
		request.restrictions[PAT_HOSTS].text = hosts;
	world_generate_request(issuer, &request, &made);
	return made;
}

static inline struct made fleet_generate(struct fleet_worlds *worlds, const char *name)
{
	return fleet_generate_for(&worlds->issuer, &alice, name, NULL);
}

static inline int parcel_add(
	const struct fleet_row *row, const uint8_t *bytes, size_t len, void *userdata)
{
	struct parcel *parcel = userdata;

	assert_true(parcel->n < COUNT(parcel->rows) && len <= FLEET_SIGNED_MAX);
	memcpy(parcel->rows[parcel->n].bytes, bytes, len);
	parcel->rows[parcel->n].len = len;
	parcel->rows[parcel->n++].row = *row;
	return 0;
}

/* What the issuer has signed after that number. */
static inline void fleet_sign(struct world *issuer, uint64_t after, struct parcel *ret)
{
	ret->n = 0;
	assert_int_equal(tokens_fleet_sign_rows(issuer->tokens, after, 32, parcel_add, ret), 0);
}

static inline int fleet_put(struct world *member, const char *issuer, const struct parcel *parcel)
{
	struct signed_bytes rows[32];

	for (size_t i = 0; i < parcel->n; i++)
		rows[i] = (struct signed_bytes) { parcel->rows[i].bytes, parcel->rows[i].len };
	return tokens_fleet_put_rows(member->tokens, issuer, rows, parcel->n);
}

static inline int fleet_put_row(
	struct world *member, const char *issuer, const struct parcel *parcel, size_t at)
{
	const struct signed_bytes row = { parcel->rows[at].bytes, parcel->rows[at].len };

	return tokens_fleet_put_rows(member->tokens, issuer, &row, 1);
}

static inline struct signed_beat fleet_beat_of(struct world *issuer)
{
	struct signed_beat beat;

	assert_int_equal(
		tokens_fleet_sign_beat(issuer->tokens, beat.bytes, &beat.len, &beat.beat), 0);
	return beat;
}

static inline int fleet_put_beat(
	struct world *member, const char *issuer, const struct signed_beat *beat)
{
	const struct signed_bytes bytes = { beat->bytes, beat->len };

	return tokens_fleet_put_beat(member->tokens, issuer, &bytes);
}

static inline int take_state(const struct fleet_state *state, void *userdata)
{
	struct fleet_state *wanted = userdata;

	if (strcmp(state->issuer, wanted->issuer) == 0)
		*wanted = *state;
	return 0;
}

static inline struct fleet_state fleet_state(struct world *member, const char *issuer)
{
	struct fleet_state state = { 0 };

	assert_true(pat_field_set(state.issuer, sizeof(state.issuer), issuer));
	assert_int_equal(tokens_fleet_states(member->tokens, take_state, &state), 0);
	return state;
}

/* How many tokens of the issuer the member keeps. */
static inline uint64_t fleet_count(struct world *member, const char *issuer)
{
	uint64_t count = 0;

	assert_int_equal(tokens_fleet_count(member->tokens, issuer, &count), 0);
	return count;
}

/* All that the member lacks, and a heartbeat, as patd-fleet would carry them. */
static inline void fleet_carry(struct fleet_worlds *worlds, struct world *issuer)
{
	const char *name = issuer->policy.issuer;
	struct signed_beat beat;

	do {
		fleet_sign(issuer, fleet_state(&worlds->member, name).number, &worlds->parcel);
		assert_int_equal(fleet_put(&worlds->member, name, &worlds->parcel), 0);
	} while (worlds->parcel.n > 0);
	beat = fleet_beat_of(issuer);
	assert_int_equal(fleet_put_beat(&worlds->member, name, &beat), 0);
}

static inline void fleet_sync(struct fleet_worlds *worlds)
{
	fleet_carry(worlds, &worlds->issuer);
	fleet_carry(worlds, &worlds->other);
}

/* Everything anew, as a hub has it that keeps all. */
static inline void fleet_refetch(struct fleet_worlds *worlds)
{
	struct signed_beat beat = fleet_beat_of(&worlds->issuer);
	uint64_t after = 0;

	assert_int_equal(tokens_fleet_begin_again(worlds->member.tokens, ISSUER), 0);
	for (;;) {
		fleet_sign(&worlds->issuer, after, &worlds->parcel);
		if (worlds->parcel.n == 0)
			break;
		after = worlds->parcel.rows[worlds->parcel.n - 1].row.number;
		assert_int_equal(fleet_put(&worlds->member, ISSUER, &worlds->parcel), 0);
	}
	assert_int_equal(fleet_put_beat(&worlds->member, ISSUER, &beat), 0);
}

/* The verdict on a login at the member. */
static inline enum pat_verdict fleet_log_in(struct fleet_worlds *worlds, const struct made *made)
{
	return world_log_in(&worlds->member, &alice, made);
}

/* The number of the issuer's latest row. */
static inline uint64_t fleet_last_of(struct fleet_worlds *worlds)
{
	return tokens_fleet_last(worlds->issuer.tokens);
}

static inline void fleet_new_key(struct fleet_worlds *worlds)
{
	assert_int_equal(
		tokens_fleet_new_key(worlds->issuer.tokens, &root, &worlds->issuer.refusal),
		PAT_OK);
}

/* The database as it is now. */
static inline void fleet_keep_backup(struct world *world)
{
	char sql[256];

	(void)unlink(place_path(&world->place, "backup"));
	(void)snprintf(sql, sizeof(sql), "VACUUM INTO '%s'", place_path(&world->place, "backup"));
	world_edit(world, sql);
}

/* The machine goes on from that, of which patd knows nothing. */
static inline void fleet_restore_backup(struct world *world)
{
	world_stop(world);
	place_copy(&world->place, "backup", "patd.db");
	(void)unlink(place_path(&world->place, "usage"));
	world_start(world);
}

/* The mark that patctl restore-backup leaves, so that patd knows of it when it starts. */
static inline void fleet_mark_restored(struct world *world)
{
	const struct timespec at = { .tv_sec = (time_t)world->time };
	const struct timespec times[2] = { at, at };

	place_write(&world->place, "was-restored", 0600, "", 0);
	assert_int_equal(
		utimensat(AT_FDCWD, place_path(&world->place, "was-restored"), times, 0), 0);
}

static inline void fleet_restore_and_record(struct world *world)
{
	fleet_restore_backup(world);
	fleet_mark_restored(world);
	tokens_record_restore(world->tokens);
}

/* What an issuer numbers after a restore at that time, the world's, is above. */
static inline uint64_t fleet_life_at(uint64_t time)
{
	return time << 16;
}

static inline void fleet_rename(struct world *issuer, const struct made *made, const char *name)
{
	assert_int_equal(
		tokens_rename(issuer->tokens, &root, made->token.id.text, name, &issuer->refusal),
		PAT_OK);
}

static inline void fleet_rename_times(struct world *issuer, const struct made *made, unsigned int n)
{
	char name[16];

	for (unsigned int i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "name%u", i);
		fleet_rename(issuer, made, name);
	}
}
