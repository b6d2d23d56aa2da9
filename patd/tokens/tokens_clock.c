/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The latest time seen: where it begins, when it is stored, and the spans that it skipped. */
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "patd/tokens/uses.h"
#include "patd/util/log.h"

#define USEC_PER_SEC UINT64_C(1000000)
#define DAY_S (UINT64_C(24) * 3600)

static void take_later(uint64_t time, uint64_t *latest)
{
	if (time > *latest)
		*latest = time;
}

/* --- what the database knows --- */

struct latest {
	const struct tokens *tokens;
	uint64_t time;
};

/* An altered row says nothing. */
static int take_row(const struct token *token, void *userdata)
{
	struct latest *latest = userdata;

	if (store_latest_time(token) > latest->time && tokens_intact(latest->tokens, token))
		latest->time = store_latest_time(token);
	return 0;
}

/*
 * The latest time seen, as it was stored, has no MAC: so it can be taken away, or set to an earlier
 * one, and that must not help.  What has a MAC and is later counts.
 */
static int find_latest(struct tokens *tokens, uint64_t *ret_time)
{
	const uint64_t disowned = tokens->jumps.disowned;
	struct latest latest = { tokens, tokens->time_stored };
	uint64_t at;
	int r;

	take_later(disowned, &latest.time);
	if ((r = store_list_later(tokens->store, latest.time, take_row, &latest)) < 0 ||
		(r = history_latest_time(tokens->history, &at)) < 0)
		return r;
	take_later(at, &latest.time);
	*ret_time = latest.time > disowned ? latest.time : tokens->time_stored;
	take_later(tokens->jumps.at, ret_time);
	return 0;
}

/* What is kept under META_CLOCK. */
struct clock_value {
	uint8_t jumps[JUMPS_BYTES], mac[MAC_LEN];
};

static void seal_jumps(const struct tokens *tokens, struct clock_value *ret_value)
{
	jumps_pack(&tokens->jumps, ret_value->jumps);
	key_clock_mac(tokens->key, ret_value->jumps, sizeof(ret_value->jumps), ret_value->mac);
}

static int load_jumps(struct tokens *tokens)
{
	struct clock_value value = { 0 };
	uint8_t mac[MAC_LEN];
	int r = meta_get_bytes(tokens->database, META_CLOCK, &value, sizeof(value));

	if (r == -ENOENT)
		return 0;
	if (r < 0 && r != -EBADMSG)
		return r;
	key_clock_mac(tokens->key, value.jumps, sizeof(value.jumps), mac);
	if (r < 0 || sodium_memcmp(mac, value.mac, sizeof(mac)) != 0) {
		log_error("what patd knew of the clock was altered in the database, outside of "
			  "patd, and is ignored");
		return 0;
	}
	jumps_unpack(value.jumps, &tokens->jumps);
	return 0;
}

/*
 * Where patd has never looked at the clock, what has a MAC tells until when time has passed: the
 * history, or, if its end is missing, the tokens.
 */
static int begin_jumps(struct tokens *tokens)
{
	struct latest latest = { .tokens = tokens };
	int r = history_latest_time(tokens->history, &latest.time);

	if (r == 0)
		r = store_list_later(tokens->store, latest.time, take_row, &latest);
	if (r < 0 || latest.time == 0)
		return r;
	tokens->jumps.at = latest.time;
	tokens->jumps.since_boot = clock_since_boot_us(tokens->clock) / USEC_PER_SEC;
	return 0;
}

int tokens_open_clock(struct tokens *tokens)
{
	uint64_t latest = 0;
	int r;

	if ((r = load_jumps(tokens)) < 0 || (r = find_latest(tokens, &latest)) < 0 ||
		(tokens->jumps.at == 0 && (r = begin_jumps(tokens)) < 0))
		return r;
	take_later(latest, &tokens->clock->highest);
	tokens_look_at_clock(tokens);
	return 0;
}

/* --- while patd runs --- */

/* A failure: it is known in memory, and a patd after this one compares with an earlier look. */
static void store_jumps(struct tokens *tokens)
{
	struct clock_value value;
	int r;

	if (tokens->database->paused || !transaction_has_room(tokens->database))
		return;
	seal_jumps(tokens, &value);
	r = meta_touch_bytes(tokens->database, META_CLOCK, &value, sizeof(value));
	if (usage_end(tokens->database, r) < 0)
		log_error("what patd knows of the clock could not be written down");
}

void tokens_look_at_clock(struct tokens *tokens)
{
	const uint64_t now = clock_now(tokens->clock);
	const uint64_t since_boot = clock_since_boot_us(tokens->clock) / USEC_PER_SEC;
	uint64_t jumped;

	tokens->looked_at = now;
	if (!jumps_look(&tokens->jumps, now, since_boot, &jumped))
		return;
	if (jumped > 0)
		log_notice("the clock is %" PRIu64 " days ahead of what has passed as far as patd "
			   "knows: unused tokens and entries of the history count as so much "
			   "younger.  If the machine was not switched off for so long, check its "
			   "clock; see patd(8), NOTES, Clock",
			jumped / DAY_S);
	store_jumps(tokens);
}

uint64_t tokens_certainly_before(const struct tokens *tokens, uint64_t seconds)
{
	return jumps_before(&tokens->jumps, tokens->looked_at, seconds);
}

void tokens_keep_time(struct tokens *tokens)
{
	const uint64_t now = clock_now(tokens->clock);

	tokens_look_at_clock(tokens);
	if (now <= tokens->time_stored)
		return;
	tokens_store_time(tokens, now);
	tokens_commit_usage(tokens);
}

/* --- the administrator's word --- */

static int write_reset(void *userdata)
{
	struct tokens *tokens = userdata;
	struct clock_value value;
	int r;

	seal_jumps(tokens, &value);
	r = meta_set_bytes(tokens->database, META_CLOCK, &value, sizeof(value));
	return r < 0 ? r : meta_set_number(tokens->database, META_TIME, tokens->time_stored);
}

int tokens_reset_time(struct tokens *tokens, uint64_t order)
{
	const uint64_t before = clock_now(tokens->clock);
	struct jumps *jumps = &tokens->jumps;
	uint64_t ignored;
	int r;

	if (jumps->reset_by == order)
		return 1;
	tokens_commit_usage(tokens);
	while ((r = uses_flush(tokens, NULL)) > 0)
		;
	if (r < 0)
		return r;
	tokens->clock->highest = 0;
	tokens->time_stored = clock_now(tokens->clock);
	jumps->reset_by = order;
	take_later(before, &jumps->disowned);
	(void)jumps_look(jumps, tokens->time_stored,
		clock_since_boot_us(tokens->clock) / USEC_PER_SEC, &ignored);
	return transaction_run(tokens->database, true, write_reset, tokens);
}
