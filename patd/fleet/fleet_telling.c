/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What patd-fleet is told unasked.  None of it piles up: what does not go out now is told later, as
 * things are by then.
 */
#include <string.h>
#include <time.h>

#include "patd/fleet/fleet_private.h"
#include "patd/util/log.h"

#define SECOND_US UINT64_C(1000000)
/* Holds are sent again so often, for what patd-fleet or the hub have lost; and so many at once. */
#define RESEND_US (60 * SECOND_US)
#define RESEND_MAX 256U
#define REFETCH_US (10 * SECOND_US) /* between two of one issuer */
/* Uses that a new patd-fleet is told of again: half of what it keeps, which leaves room for new
 * ones. */
#define RETOLD_MAX 512U

static uint64_t now_us(const struct fleet_server *server)
{
	uint64_t now = 0;

	(void)sd_event_now(server->event, CLOCK_MONOTONIC, &now);
	return now;
}

static bool can_tell(const struct fleet_server *server)
{
	return server->greeted && fleet_peer_has_room(server->peer);
}

static void tell(struct fleet_server *server, enum fleet_kind kind, const void *body, size_t size)
{
	const struct fleet_head head = { .magic = FLEET_MAGIC, .kind = kind };

	fleet_peer_send(server->peer, &head, body, size);
}

/* Once, until it asks for them: then it takes all that there are. */
static void on_changed(uint64_t last, void *userdata)
{
	struct fleet_server *server = userdata;
	const struct fleet_after after = { last };

	if (server->changed_told || !can_tell(server))
		return;
	server->changed_told = true;
	tell(server, FLEET_CHANGED, &after, sizeof(after));
}

static void tell_held(struct fleet_server *server, const char *id, const char *reason)
{
	struct fleet_revocation revocation = { 0 };

	pat_field_cut(revocation.id, sizeof(revocation.id), id);
	pat_field_cut(revocation.reason, sizeof(revocation.reason), reason);
	tell(server, FLEET_REVOKE, &revocation, sizeof(revocation));
}

/* What does not fit is sent again with the others. */
static void on_held(const struct pat_id *id, const char *reason, void *userdata)
{
	struct fleet_server *server = userdata;

	if (can_tell(server))
		tell_held(server, id->text, reason);
}

static void on_used(const struct token *token, void *userdata)
{
	struct fleet_server *server = userdata;

	fleet_uses_add(server->uses, token);
}

static bool tell_use(const struct fleet_use *use, void *userdata)
{
	struct fleet_server *server = userdata;

	if (!can_tell(server))
		return false;
	tell(server, FLEET_USE, use, sizeof(*use));
	return true;
}

static bool reaches_hub(void *userdata)
{
	const struct fleet_server *server = userdata;

	return server->greeted && fleet_reports_latest(server->reports)->connected != 0;
}

/* Refused at once where it cannot be told. */
static bool on_claim(uint64_t serial, const struct token *token, void *userdata)
{
	struct fleet_server *server = userdata;
	struct fleet_claim claim = {
		.serial = serial,
		.uses = token->limits.max_uses,
		.claimed = FLEET_CLAIM_ASKED,
	};

	if (!can_tell(server))
		return false;
	pat_field_cut(claim.issuer, sizeof(claim.issuer), token->issuer);
	pat_field_cut(claim.id, sizeof(claim.id), token->id.text);
	tell(server, FLEET_CLAIM, &claim, sizeof(claim));
	/* It may have ended by that. */
	return server->greeted;
}

void fleet_issuer_fill(const struct fleet_state *state, struct fleet_issuer *ret_issuer)
{
	*ret_issuer = (struct fleet_issuer) {
		.number = state->number,
		.beat_at = state->beat_at,
		.complete = state->complete,
	};
	pat_field_cut(ret_issuer->name, sizeof(ret_issuer->name), state->issuer);
}

/* Of that issuer, or a place for it: that of one that was least lately asked for. */
static struct refetch *find_refetch(struct fleet_server *server, const char *issuer)
{
	struct refetch *oldest = &server->refetches[0];

	for (size_t i = 0; i < POLICY_ISSUERS_MAX; i++) {
		if (strcmp(server->refetches[i].issuer, issuer) == 0)
			return &server->refetches[i];
		if (server->refetches[i].next_us < oldest->next_us)
			oldest = &server->refetches[i];
	}
	*oldest = (struct refetch) { 0 };
	pat_field_cut(oldest->issuer, sizeof(oldest->issuer), issuer);
	return oldest;
}

/* The answer to a heartbeat says it, too. */
static void on_refetch(const struct fleet_state *state, void *userdata)
{
	struct fleet_server *server = userdata;
	struct refetch *refetch = find_refetch(server, state->issuer);
	const uint64_t now = now_us(server);
	struct fleet_issuer issuer;

	if (server->question || !can_tell(server) || now < refetch->next_us)
		return;
	refetch->next_us = now + REFETCH_US;
	fleet_issuer_fill(state, &issuer);
	tell(server, FLEET_REFETCH, &issuer, sizeof(issuer));
}

/* --- holds that no issuer has signed yet --- */

struct resending {
	struct fleet_server *server;
	uint64_t seen, sent;
};

static int resend(const struct token *token, void *userdata)
{
	struct resending *resending = userdata;

	if (resending->seen++ < resending->server->resent)
		return 0;
	if (resending->sent == RESEND_MAX || !can_tell(resending->server))
		return 1;
	resending->sent++;
	tell_held(resending->server, token->id.text, token->revoked_reason);
	return 0;
}

static void arm(struct fleet_server *server, uint64_t us)
{
	if (sd_event_source_set_time_relative(server->resend, us) < 0 ||
		sd_event_source_set_enabled(server->resend, SD_EVENT_ONESHOT) < 0)
		log_error("cannot set a timer; tokens that are held here are not reported again");
}

/* Those after the ones that were sent the last time; after the last from the first again. */
static int on_resend(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct fleet_server *server = userdata;
	struct resending resending = { .server = server };
	int r;

	(void)source;
	(void)usec;
	if (!server->greeted)
		return 0;
	r = tokens_fleet_list_held(server->tokens, resend, &resending);
	if (r < 0)
		log_error("cannot list the tokens that are held here: %s", strerror(-r));
	server->resent = r == 1 ? server->resent + resending.sent : 0;
	arm(server, r == 1 ? SECOND_US : RESEND_US);
	return 0;
}

/* --- uses that a patd-fleet before it may not have sent --- */

static int tell_again(const struct token *token, void *userdata)
{
	on_used(token, userdata);
	return 0;
}

static void retell_uses(struct fleet_server *server)
{
	int r = tokens_fleet_list_used(server->tokens, RETOLD_MAX, tell_again, server);

	if (r < 0)
		log_error("cannot list the tokens that were used here: %s", strerror(-r));
}

void fleet_telling_greet(struct fleet_server *server)
{
	if (!server->greeted)
		retell_uses(server);
	server->greeted = true;
	server->changed_told = false;
	server->resent = 0;
	arm(server, 0);
	fleet_uses_resume(server->uses);
}

void fleet_telling_resume(struct fleet_server *server)
{
	if (server->greeted)
		fleet_uses_resume(server->uses);
}

int fleet_telling_begin(struct fleet_server *server)
{
	int r = fleet_uses_new(server->event, tell_use, server, &server->uses);

	if (r < 0)
		return r;
	r = sd_event_add_time(server->event, &server->resend, CLOCK_MONOTONIC, UINT64_MAX, 1000,
		on_resend, server);
	if (r < 0)
		return r;
	server->listener = (struct fleet_listener) {
		.changed = on_changed,
		.held = on_held,
		.used = on_used,
		.refetch = on_refetch,
		.claim = on_claim,
		.reaches_hub = reaches_hub,
		.userdata = server,
	};
	tokens_fleet_listen(server->tokens, &server->listener);
	return 0;
}

void fleet_telling_end(struct fleet_server *server)
{
	tokens_fleet_listen(server->tokens, NULL);
	sd_event_source_disable_unref(server->resend);
	fleet_uses_free(server->uses);
}
