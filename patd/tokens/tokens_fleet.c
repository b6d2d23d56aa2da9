/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of issuers of fleet tokens, and how their tokens stand here. */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "patd/tokens/tokens_fleet_private.h"
#include "patd/util/log.h"

struct fleet {
	struct kept_issuer *issuers;
	const struct fleet_listener *listener;
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
		id_set_free(issuer->seen);
		free(issuer);
	}
	free(fleet);
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
 * Where the ledger is not there, or was altered, the rows say which the latest number is, so that
 * we give none twice.  Of another issuer all is then fetched anew.
 */
static int begin_ledger(struct tokens *tokens, const char *name, struct fleet_ledger *ret)
{
	int r;

	*ret = (struct fleet_ledger) { 0 };
	pat_field_cut(ret->issuer, sizeof(ret->issuer), name);
	r = store_last_number(tokens->store, name, &ret->number);
	if (r == 0 && fleet_is_own(tokens, name))
		ret->versions = ret->number;
	return r;
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
	issuer->complete = issuer->ledger.beat_at != 0 &&
			   issuer->ledger.versions == issuer->ledger.last &&
			   issuer->ledger.number <= issuer->ledger.last;
	issuer->next = tokens->fleet->issuers;
	tokens->fleet->issuers = issuer;
	*ret_issuer = issuer;
	return 0;
}

void fleet_begin_epoch(struct fleet_ledger *ledger, uint64_t epoch)
{
	if (ledger->epoch != 0)
		log_notice(
			"the issuer %s numbers its rows anew, as after a restore from a backup: all "
			"of them are fetched again",
			ledger->issuer);
	ledger->epoch = epoch;
	ledger->number = ledger->versions = ledger->last = 0;
}

void fleet_set_ledger(struct kept_issuer *issuer, const struct fleet_ledger *ledger)
{
	const bool begun = issuer->ledger.epoch != ledger->epoch;

	issuer->ledger = *ledger;
	if (!begun)
		return;
	issuer->complete = issuer->behind = false;
	/* Without memory for it, all is put anew once more. */
	if (issuer->seen) {
		id_set_free(issuer->seen);
		issuer->seen = id_set_new();
		issuer->seen_versions = 0;
	}
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

bool fleet_mark_intact(const struct tokens *tokens, const struct fleet_mark *mark)
{
	uint8_t mac[TOKEN_MAC_LEN];

	key_fleet_mark_mac(tokens->key, mark, mac);
	return sodium_memcmp(mac, mark->mac, sizeof(mac)) == 0;
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

/* Whether the heartbeat is new enough; the watermark, so that a clock set back helps nobody. */
static bool is_fresh(const struct tokens *tokens, const struct kept_issuer *issuer)
{
	const uint64_t now = clock_now(tokens->clock), at = issuer->ledger.beat_at;

	if (!issuer->complete)
		return false;
	return at > now ? at - now <= FLEET_AHEAD_S : now - at <= tokens->policy->max_staleness;
}

static bool has_key(const struct issuer *issuer, const char *id)
{
	for (size_t i = 0; i < issuer->keys_n; i++)
		if (strcmp(issuer->keys[i].id, id) == 0)
			return true;
	return false;
}

enum pat_verdict tokens_fleet_standing(struct tokens *tokens, const struct token *token)
{
	const struct issuer *trusted;
	struct kept_issuer *issuer;

	if (token->issuer[0] == '\0' || fleet_is_own(tokens, token->issuer))
		return PAT_ACCEPTED;
	trusted = policy_issuer(tokens->policy, token->issuer);
	if (!trusted || !has_key(trusted, token->issuer_key))
		return PAT_UNKNOWN_ISSUER;
	if (fleet_issuer(tokens, token->issuer, &issuer) < 0 || !is_fresh(tokens, issuer) ||
		token->epoch != issuer->ledger.epoch)
		return PAT_STALE;
	return PAT_ACCEPTED;
}

void fleet_state_of(
	struct tokens *tokens, const struct kept_issuer *issuer, struct fleet_state *ret_state)
{
	*ret_state = (struct fleet_state) {
		.epoch = issuer->ledger.epoch,
		.number = issuer->ledger.number,
		.versions = issuer->ledger.versions,
		.last = issuer->ledger.last,
		.beat_at = issuer->ledger.beat_at,
		.complete = issuer->complete,
	};
	pat_field_cut(ret_state->issuer, sizeof(ret_state->issuer), issuer->ledger.issuer);
	if (store_count_issued(tokens->store, issuer->ledger.issuer, &ret_state->tokens) < 0)
		ret_state->tokens = 0;
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
		fleet_state_of(tokens, issuer, &state);
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

void fleet_tell_refetch(struct tokens *tokens, const struct kept_issuer *issuer)
{
	const struct fleet_listener *listener = tokens->fleet->listener;
	struct fleet_state state;

	if (!listener || !listener->refetch)
		return;
	fleet_state_of(tokens, issuer, &state);
	listener->refetch(&state, listener->userdata);
}
