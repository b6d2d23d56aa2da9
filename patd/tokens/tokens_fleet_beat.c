/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Heartbeats of an issuer, by which a member knows that it has all rows, and that they are new. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "patd/tokens/tokens_fleet_private.h"
#include "patd/tokens/uses.h"
#include "patd/util/log.h"

#define FORGOTTEN_A_TURN 64U

static int find_trusted(struct tokens *tokens, const char *name, const struct issuer **ret_trusted,
	struct kept_issuer **ret_issuer)
{
	*ret_trusted = fleet_is_own(tokens, name) ? NULL : policy_issuer(tokens->policy, name);
	return *ret_trusted ? fleet_issuer(tokens, name, ret_issuer) : -ENOENT;
}

static void stop_again(struct kept_issuer *issuer)
{
	id_set_free(issuer->seen);
	issuer->seen = NULL;
	issuer->seen_versions = 0;
}

int tokens_fleet_begin_again(struct tokens *tokens, const char *name)
{
	const struct issuer *trusted;
	struct kept_issuer *issuer;
	int r = find_trusted(tokens, name, &trusted, &issuer);

	if (r < 0)
		return r;
	stop_again(issuer);
	issuer->seen = id_set_new();
	return issuer->seen ? 0 : -ENOMEM;
}

/* --- what is kept and was not put anew --- */

struct forgetting {
	struct tokens *tokens;
	const struct kept_issuer *issuer;
	struct numbered rows[FORGOTTEN_A_TURN];
	struct token tokens_gone[FORGOTTEN_A_TURN];
	size_t n, gone_n;
	bool more;
};

/* What is revoked here stays so, whatever its issuer has forgotten. */
static bool is_held(struct tokens *tokens, const struct numbered *row)
{
	struct token token;

	return !row->is_mark && store_get(tokens->store, row->id.text, &token) == 0 && token.held &&
	       tokens_intact(tokens, &token);
}

static int take_unseen(const struct numbered *row, void *userdata)
{
	struct forgetting *forgetting = userdata;

	if (id_set_has(forgetting->issuer->seen, &row->id) || is_held(forgetting->tokens, row))
		return 0;
	if (forgetting->n == FORGOTTEN_A_TURN) {
		forgetting->more = true;
		return 1;
	}
	forgetting->rows[forgetting->n++] = *row;
	return 0;
}

static int forget_token(struct forgetting *forgetting, const struct pat_id *id)
{
	struct tokens *tokens = forgetting->tokens;
	struct token *token = &forgetting->tokens_gone[forgetting->gone_n];
	int r = store_get(tokens->store, id->text, token);

	if (r < 0 && r != -EBADMSG)
		return r;
	token->id = *id;
	forgetting->gone_n++;
	r = history_forget(tokens->history, id->text);
	return r < 0 ? r : store_delete(tokens->store, id->text);
}

/* Inside the transaction. */
static int forget_unseen(struct forgetting *forgetting)
{
	const char *name = forgetting->issuer->ledger.issuer;
	int r;

	forgetting->n = forgetting->gone_n = 0;
	forgetting->more = false;
	r = store_list_numbered(
		forgetting->tokens->store, name, 0, UINT32_MAX, take_unseen, forgetting);
	for (size_t i = 0; r >= 0 && i < forgetting->n; i++)
		r = forgetting->rows[i].is_mark ? store_remove_mark(forgetting->tokens->store, name,
							  forgetting->rows[i].id.text)
						: forget_token(forgetting, &forgetting->rows[i].id);
	return r < 0 ? r : 0;
}

/* --- a heartbeat --- */

struct beating {
	struct tokens *tokens;
	const struct kept_issuer *issuer;
	const struct fleet_beat *beat;
	bool complete;
	struct fleet_ledger ledger;
	struct forgetting *forgetting; /* NULL: nothing is to be forgotten */
};

static int write_beat(void *userdata)
{
	struct beating *beating = userdata;
	struct fleet_ledger *ledger = &beating->ledger;
	int r = 0;

	*ledger = beating->issuer->ledger;
	if (beating->beat->epoch != ledger->epoch)
		fleet_begin_epoch(ledger, beating->beat->epoch);
	ledger->last = beating->beat->last;
	ledger->beat_at = beating->beat->at;
	beating->complete = !beating->issuer->behind && ledger->versions == ledger->last;
	if (beating->forgetting) {
		r = forget_unseen(beating->forgetting);
		beating->complete = !beating->forgetting->more;
		/* With more to be forgotten, it is another number, and all is put anew again. */
		if (beating->complete) {
			ledger->versions = beating->issuer->seen_versions;
			ledger->number = ledger->last;
		}
	} else if (beating->issuer->seen && beating->issuer->seen_versions != ledger->last) {
		beating->complete = false;
	}
	return r < 0 ? r : fleet_write_ledger(beating->tokens, ledger);
}

static void tell_gone(struct tokens *tokens, const struct forgetting *forgetting)
{
	for (size_t i = 0; i < forgetting->gone_n; i++) {
		const struct token *token = &forgetting->tokens_gone[i];

		uses_forget(tokens, &token->id);
		tokens_notify(tokens, TOKEN_DELETED, token);
		if (tokens->policy->revoke_ends_sessions)
			tokens_end_sessions_of(tokens, &tokens_patd, &token->id);
	}
}

/* It was restored from a backup: what it has signed since then is not to be forgotten for that. */
static bool is_behind(struct kept_issuer *issuer, const struct fleet_beat *beat)
{
	const bool behind =
		beat->epoch == issuer->ledger.epoch && beat->last < issuer->ledger.number;

	if (behind && !issuer->behind)
		log_error("the issuer %s says that its latest row has number %llu, and row %llu is "
			  "kept here, as after a restore of the issuer from a backup without its "
			  "hub: see patd-fleet(8)",
			issuer->ledger.issuer, (unsigned long long)beat->last,
			(unsigned long long)issuer->ledger.number);
	issuer->behind = behind;
	return behind;
}

static int take_beat(
	struct tokens *tokens, struct kept_issuer *issuer, const struct fleet_beat *beat)
{
	/* Only if what was put anew adds up is that all that there is. */
	const bool unseen = !is_behind(issuer, beat) && issuer->seen &&
			    beat->epoch == issuer->ledger.epoch &&
			    issuer->seen_versions == beat->last;
	cleanup_free struct forgetting *forgetting = NULL;
	struct beating beating = { .tokens = tokens, .issuer = issuer, .beat = beat };
	int r = tokens_check_disk(tokens, false);

	if (r < 0)
		return r;
	if (unseen) {
		forgetting = calloc(1, sizeof(*forgetting));
		if (!forgetting)
			return -ENOMEM;
		forgetting->tokens = tokens;
		forgetting->issuer = issuer;
	}
	beating.forgetting = forgetting;
	tokens_commit_usage(tokens);
	r = transaction_run(tokens->database, false, write_beat, &beating);
	if (r < 0)
		return r;
	fleet_set_ledger(issuer, &beating.ledger);
	issuer->complete = beating.complete;
	issuer->ahead = false;
	stop_again(issuer);
	if (forgetting)
		tell_gone(tokens, forgetting);
	if (!issuer->complete)
		fleet_tell_refetch(tokens, issuer);
	return 0;
}

/* Its clock is ahead, or ours behind: taken, it would make all later ones count as older. */
static bool is_ahead(
	struct tokens *tokens, struct kept_issuer *issuer, const struct fleet_beat *beat)
{
	const uint64_t now = clock_now(tokens->clock);
	const bool ahead = beat->at > now && beat->at - now > FLEET_AHEAD_S;

	if (ahead && !issuer->ahead)
		log_warning("a heartbeat of the issuer %s is %llu seconds ahead of the clock of "
			    "this machine, and is ignored: correct the clock that is wrong",
			issuer->ledger.issuer, (unsigned long long)(beat->at - now));
	issuer->ahead = ahead;
	return ahead;
}

/* As of a hub that was restored, or of an issuer whose clock was behind when it was. */
static bool is_of_earlier_epoch(struct kept_issuer *issuer, const struct fleet_beat *beat)
{
	const bool earlier = beat->epoch < issuer->ledger.epoch;

	if (earlier && !issuer->earlier)
		log_error("a heartbeat of the issuer %s is of an earlier epoch than the rows that "
			  "are kept of it, and is ignored: see patd-fleet(8)",
			issuer->ledger.issuer);
	issuer->earlier = earlier;
	return earlier;
}

int tokens_fleet_put_beat(struct tokens *tokens, const char *name, const struct signed_bytes *bytes)
{
	const struct issuer *trusted;
	struct kept_issuer *issuer;
	struct fleet_beat beat;
	size_t which = 0;
	int r = find_trusted(tokens, name, &trusted, &issuer);

	if (r < 0)
		return r;
	if (!fleet_signed_by(tokens, name, trusted, bytes, "a heartbeat", &which))
		return -EBADMSG;
	if (!fleet_beat_read(bytes->bytes, bytes->len, &beat) || strcmp(beat.issuer, name) != 0) {
		log_warning("the issuer %s has signed what is no heartbeat of it, which is ignored",
			name);
		return -EBADMSG;
	}
	if (is_of_earlier_epoch(issuer, &beat) || beat.at < issuer->ledger.beat_at ||
		is_ahead(tokens, issuer, &beat))
		return 0;
	return take_beat(tokens, issuer, &beat);
}
