/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of issuers of fleet tokens, and how their tokens stand here. */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "patd/tokens/tokens_fleet_private.h"
#include "patd/util/log.h"

#define REFUSALS_LOGGED_US (UINT64_C(60) * 1000 * 1000)

struct fleet {
	struct kept_issuer *issuers;
	const struct fleet_listener *listener;
	struct beside *beside; /* NULL: not wanted yet */
	char host_name[FLEET_NAME_LEN_MAX +
		       1]; /* of the machine; "": it has none that can be one */
};

struct fleet *fleet_new(void)
{
	struct fleet *fleet = calloc(1, sizeof(*fleet));

	/* One that is too long is cut in no defined way: it is none. */
	if (fleet && gethostname(fleet->host_name, sizeof(fleet->host_name)) < 0)
		memset(fleet->host_name, 0, sizeof(fleet->host_name));
	return fleet;
}

void fleet_free(struct fleet *fleet)
{
	struct kept_issuer *next;

	if (!fleet)
		return;
	for (struct kept_issuer *issuer = fleet->issuers; issuer; issuer = next) {
		next = issuer->next;
		put_anew_free(issuer->anew);
		free(issuer);
	}
	beside_free(fleet->beside);
	free(fleet);
}

struct beside *fleet_beside(struct tokens *tokens)
{
	if (!tokens->fleet->beside)
		tokens->fleet->beside = beside_new();
	return tokens->fleet->beside;
}

void tokens_fleet_listen(struct tokens *tokens, const struct fleet_listener *listener)
{
	tokens->fleet->listener = listener;
}

const char *tokens_fleet_host(const struct tokens *tokens)
{
	return tokens->policy->host[0] != '\0' ? tokens->policy->host : tokens->fleet->host_name;
}

bool fleet_is_own(const struct tokens *tokens, const char *issuer)
{
	return issuer[0] != '\0' && strcmp(issuer, tokens->policy->issuer) == 0;
}

/* --- ledgers --- */

static bool ledger_intact(const struct tokens *tokens, const struct fleet_ledger *ledger)
{
	uint8_t mac[TOKEN_MAC_LEN];

	key_fleet_ledger_mac(tokens->key, ledger, mac);
	return sodium_memcmp(mac, ledger->mac, sizeof(mac)) == 0;
}

/*
 * Where the ledger is not there, or was altered, our own rows say what it was; of another issuer
 * all is then fetched anew.
 */
static int begin_ledger(struct tokens *tokens, const char *name, struct fleet_ledger *ret)
{
	int r;

	*ret = (struct fleet_ledger) { 0 };
	pat_field_cut(ret->issuer, sizeof(ret->issuer), name);
	if (!fleet_is_own(tokens, name))
		return 0;
	r = store_last_number(tokens->store, name, &ret->number);
	return r < 0 ? r : fleet_add_up(tokens, name, ret->rows);
}

static int load_ledger(struct tokens *tokens, const char *name, struct fleet_ledger *ret)
{
	int r = store_get_ledger(tokens->store, name, ret);

	if (r == 0 && ledger_intact(tokens, ret))
		return 0;
	if (r < 0 && r != -ENOENT && r != -EBADMSG)
		return r;
	if (r != -ENOENT)
		log_warning("what patd knew of the issuer %s was altered in the database, outside "
			    "of patd, and is ignored",
			name);
	return begin_ledger(tokens, name, ret);
}

int fleet_issuer(struct tokens *tokens, const char *name, struct kept_issuer **ret_issuer)
{
	struct kept_issuer *issuer = tokens->fleet->issuers;
	int r;

	while (issuer && strcmp(issuer->ledger.issuer, name) != 0)
		issuer = issuer->next;
	if (issuer) {
		*ret_issuer = issuer;
		return 0;
	}
	issuer = calloc(1, sizeof(*issuer));
	if (!issuer)
		return -ENOMEM;
	r = load_ledger(tokens, name, &issuer->ledger);
	if (r < 0) {
		free(issuer);
		return r;
	}
	fleet_note_age(tokens, issuer, 0);
	issuer->next = tokens->fleet->issuers;
	tokens->fleet->issuers = issuer;
	*ret_issuer = issuer;
	return 0;
}

bool fleet_logs_refusal(const struct tokens *tokens, struct kept_issuer *issuer)
{
	const uint64_t now_us = clock_since_boot_us(tokens->clock);

	if (issuer->refused_us != 0 && now_us - issuer->refused_us < REFUSALS_LOGGED_US)
		return false;
	issuer->refused_us = now_us;
	return true;
}

void put_anew_free(struct put_anew *anew)
{
	if (!anew)
		return;
	id_set_free(anew->ids);
	free(anew);
}

static int not_kept(const char *issuer)
{
	log_error("the database did not keep a change of what is known of the issuer %s, which is "
		  "undone: it is damaged or was altered; restore it from a backup",
		issuer);
	return -EBADMSG;
}

int fleet_write_ledger(struct tokens *tokens, struct fleet_ledger *ledger)
{
	struct fleet_ledger found;
	int r;

	key_fleet_ledger_mac(tokens->key, ledger, ledger->mac);
	r = store_put_ledger(tokens->store, ledger);
	if (r < 0)
		return r;
	/* The MAC is over all of it. */
	r = store_get_ledger(tokens->store, ledger->issuer, &found);
	return r == 0 && memcmp(found.mac, ledger->mac, sizeof(found.mac)) == 0 &&
			       ledger_intact(tokens, &found)
		       ? 0
		       : not_kept(ledger->issuer);
}

int fleet_write_mark(struct tokens *tokens, struct fleet_mark *mark)
{
	struct fleet_mark found;
	int r;

	key_fleet_mark_mac(tokens->key, mark, mark->mac);
	r = store_put_mark(tokens->store, mark);
	if (r < 0)
		return r;
	r = store_get_mark(tokens->store, mark->issuer, mark->id.text, &found);
	return r == 0 && memcmp(found.mac, mark->mac, sizeof(found.mac)) == 0 &&
			       fleet_mark_intact(tokens, &found)
		       ? 0
		       : not_kept(mark->issuer);
}

/* --- how they stand --- */

static uint64_t seconds_since(const struct tokens *tokens, uint64_t boot_us)
{
	return (clock_since_boot_us(tokens->clock) - boot_us) / UINT64_C(1000000);
}

/* While the watermark stands still, it is as much younger than the one before as it is later. */
static uint64_t age_carried_on(
	const struct tokens *tokens, const struct kept_issuer *issuer, uint64_t before_at)
{
	const uint64_t later = issuer->ledger.beat_at - before_at;
	const uint64_t age = issuer->aged_s + seconds_since(tokens, issuer->aged_us);

	return age > later ? age - later : 0;
}

void fleet_note_age(const struct tokens *tokens, struct kept_issuer *issuer, uint64_t before_at)
{
	const uint64_t now = clock_now(tokens->clock), at = issuer->ledger.beat_at;
	const uint64_t age = at < now ? now - at : 0;
	const uint64_t carried = before_at != 0 && clock_wall(tokens->clock) < now
					 ? age_carried_on(tokens, issuer, before_at)
					 : 0;

	issuer->aged_s = age > carried ? age : carried;
	issuer->aged_us = clock_since_boot_us(tokens->clock);
}

/* The watermark stands still while the clock is behind it; the time since the boot does not. */
static bool grew_old(const struct tokens *tokens, const struct kept_issuer *issuer)
{
	const uint64_t since_s = seconds_since(tokens, issuer->aged_us);

	return since_s > tokens->policy->max_staleness ||
	       issuer->aged_s > tokens->policy->max_staleness - since_s;
}

/* Whether the heartbeat is new enough, also for a clock that was set back. */
static bool is_fresh(const struct tokens *tokens, const struct kept_issuer *issuer)
{
	const uint64_t now = clock_now(tokens->clock), at = issuer->ledger.beat_at;

	if (grew_old(tokens, issuer))
		return false;
	return issuer->ledger.complete &&
	       (at > now ? at - now <= FLEET_AHEAD_S : now - at <= tokens->policy->max_staleness);
}

static bool has_key(const struct issuer *issuer, const char *id)
{
	for (size_t i = 0; i < issuer->keys_n; i++)
		if (strcmp(issuer->keys[i].id, id) == 0)
			return true;
	return false;
}

enum pat_verdict tokens_fleet_standing(struct tokens *tokens, const char *name)
{
	const struct issuer *trusted;
	struct kept_issuer *issuer;

	if (name[0] == '\0' || fleet_is_own(tokens, name))
		return PAT_ACCEPTED;
	trusted = policy_issuer(tokens->policy, name);
	if (!trusted)
		return PAT_UNKNOWN_ISSUER;
	/* What a key said that is trusted no more is to be said again by another. */
	if (fleet_issuer(tokens, name, &issuer) < 0 || !has_key(trusted, issuer->ledger.beat_key) ||
		!is_fresh(tokens, issuer))
		return PAT_STALE;
	return PAT_ACCEPTED;
}

void fleet_state_of(const struct kept_issuer *issuer, struct fleet_state *ret_state)
{
	*ret_state = (struct fleet_state) {
		.number = issuer->ledger.number,
		.last = issuer->ledger.last,
		.beat_at = issuer->ledger.beat_at,
		.complete = issuer->ledger.complete,
	};
	pat_field_cut(ret_state->issuer, sizeof(ret_state->issuer), issuer->ledger.issuer);
}

int tokens_fleet_count(struct tokens *tokens, const char *issuer, uint64_t *ret_count)
{
	return store_count_issued(tokens->store, issuer, ret_count);
}

void tokens_fleet_end_again(struct tokens *tokens)
{
	for (struct kept_issuer *issuer = tokens->fleet->issuers; issuer; issuer = issuer->next) {
		put_anew_free(issuer->anew);
		issuer->anew = NULL;
	}
}

int tokens_fleet_states(struct tokens *tokens, fleet_state_fn fn, void *userdata)
{
	struct kept_issuer *issuer;
	struct fleet_state state;
	int r = 0;

	for (size_t i = 0; i < tokens->policy->issuers_n && r == 0; i++) {
		r = fleet_issuer(tokens, tokens->policy->issuers[i].name, &issuer);
		if (r < 0)
			return r;
		fleet_state_of(issuer, &state);
		r = fn(&state, userdata);
	}
	return r;
}

/* --- who is told --- */

void fleet_tell_changed(const struct tokens *tokens, uint64_t last)
{
	const struct fleet_listener *listener = tokens->fleet->listener;

	if (listener && listener->changed)
		listener->changed(last, listener->userdata);
}

void fleet_tell_held(const struct tokens *tokens, const struct token *token)
{
	const struct fleet_listener *listener = tokens->fleet->listener;

	if (listener && listener->held)
		listener->held(&token->id, token->revoked_reason, listener->userdata);
}

void fleet_tell_used(const struct tokens *tokens, const struct token *token)
{
	const struct fleet_listener *listener = tokens->fleet->listener;

	if (listener && listener->used)
		listener->used(token, listener->userdata);
}

bool fleet_tell_claim(const struct tokens *tokens, uint64_t claim, const struct token *token)
{
	const struct fleet_listener *listener = tokens->fleet->listener;

	return listener && listener->claim && listener->claim(claim, token, listener->userdata);
}

bool fleet_reaches_hub(const struct tokens *tokens)
{
	const struct fleet_listener *listener = tokens->fleet->listener;

	return listener && listener->reaches_hub && listener->reaches_hub(listener->userdata);
}

void fleet_tell_refetch(const struct tokens *tokens, const struct kept_issuer *issuer)
{
	const struct fleet_listener *listener = tokens->fleet->listener;
	struct fleet_state state;

	if (!listener || !listener->refetch)
		return;
	fleet_state_of(issuer, &state);
	listener->refetch(&state, listener->userdata);
}
