/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Claims, one after the other in the order in which they came. */
#include "fleet/carry/claims.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "fleet/carry/carrier_private.h"
#include "patd/util/log.h"

#define IDLE_US (UINT64_C(600) * 1000 * 1000)

/*
 * The lock of a token's counter is waited for a short time only, as any host can hold it.  Both
 * limits are below CLAIM_PATIENCE_US: a server that lives answers while somebody waits.
 */
static const struct hub_statement session[] = {
	{ "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED", { NULL }, 0,
		0 },
	{ "SET lock_timeout = '500ms'", { NULL }, 0, 0 },
	{ "SET statement_timeout = '1s'", { NULL }, 0, 0 },
};

/* $1, $2: a token; $3: how many uses it has.  Which use this is, 0: none; whether there is such a
 * token. */
static const char claim_sql[] =
	"WITH claimed AS (INSERT INTO patd_fleet.claim AS c (issuer, id, uses)"
	" SELECT r.issuer, r.id, 1 FROM patd_fleet.row AS r WHERE r.issuer = $1 AND r.id = $2"
	" ON CONFLICT (issuer, id) DO UPDATE SET uses = c.uses + 1 WHERE c.uses < $3::bigint"
	" RETURNING uses)"
	" SELECT coalesce((SELECT uses FROM claimed), 0)::bigint, EXISTS"
	" (SELECT FROM patd_fleet.row AS r WHERE r.issuer = $1 AND r.id = $2)";

struct claims {
	sd_event *event;
	struct patd_link *link;
	struct hub *hub;
	char *conninfo, *role; /* owned; NULL: there is no hub */
	bool connects;         /* the hub has them */
	bool ready;            /* the session is set up */
	bool asks;             /* a batch is under way */
	bool first_asked;      /* it is about the first of those that wait */
	bool told;             /* that one could not be made was logged */
	struct {
		struct fleet_claim claim;
		uint64_t until_us;
	} waiting[CLAIMS_MAX];
	size_t n;
	sd_event_source *late, *idle;
};

static void ask_next(struct claims *claims);

static uint64_t now_us(const struct claims *claims)
{
	uint64_t now;

	return sd_event_now(claims->event, CLOCK_MONOTONIC, &now) < 0 ? 0 : now;
}

/* --- answers --------------------------------------------------------------------------------- */

static void answer(struct claims *claims, const struct fleet_claim *claim,
	enum fleet_claimed claimed, uint64_t uses)
{
	struct fleet_claim told = *claim;

	told.claimed = claimed;
	told.uses = uses;
	patd_link_tell(claims->link, FLEET_PUT_CLAIM, &told, sizeof(told));
}

/* Of the first that waits, who waits no more. */
static void answer_first(struct claims *claims, enum fleet_claimed claimed, uint64_t uses)
{
	answer(claims, &claims->waiting[0].claim, claimed, uses);
	claims->n--;
	memmove(claims->waiting, claims->waiting + 1, claims->n * sizeof(claims->waiting[0]));
	claims->first_asked = false;
}

/* Those for the token of the first, who would fare as it did: they would keep others waiting. */
static void answer_same_unknown(struct claims *claims)
{
	const struct fleet_claim first = claims->waiting[0].claim;
	size_t n = 0;

	for (size_t i = 0; i < claims->n; i++) {
		const struct fleet_claim *claim = &claims->waiting[i].claim;

		if (strcmp(claim->issuer, first.issuer) == 0 && strcmp(claim->id, first.id) == 0)
			answer(claims, claim, FLEET_CLAIM_UNKNOWN, 0);
		else
			claims->waiting[n++] = claims->waiting[i];
	}
	claims->n = n;
	claims->first_asked = false;
}

static void answer_all_unknown(struct claims *claims)
{
	while (claims->n > 0)
		answer_first(claims, FLEET_CLAIM_UNKNOWN, 0);
}

static void warn(struct claims *claims, const char *why)
{
	if (!claims->told)
		log_warning("a use of a limited token could not be claimed: %s", why);
	claims->told = true;
}

/* For the first, whose time is over before that of others. */
static void arm(struct claims *claims)
{
	if (claims->n == 0)
		return;
	(void)sd_event_source_set_time(claims->late, claims->waiting[0].until_us);
	(void)sd_event_source_set_enabled(claims->late, SD_EVENT_ONESHOT);
}

static int on_late(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct claims *claims = userdata;
	const uint64_t now = now_us(claims);
	bool late = false;

	(void)source;
	(void)usec;
	while (claims->n > 0 && claims->waiting[0].until_us <= now) {
		warn(claims, "the hub does not answer in time");
		answer_first(claims, FLEET_CLAIM_UNKNOWN, 0);
		late = true;
	}
	arm(claims);
	/* A server that lives would have answered. */
	if (late && claims->asks && !claims->first_asked)
		hub_reset(claims->hub, "it does not answer");
	return 0;
}

/* --- the connection -------------------------------------------------------------------------- */

static void disconnect(struct claims *claims)
{
	claims->connects = claims->ready = false;
	(void)hub_use(claims->hub, "", "");
}

static void connect_hub(struct claims *claims)
{
	claims->connects = true;
	if (hub_use(claims->hub, claims->conninfo, claims->role) < 0)
		disconnect(claims);
}

static int on_idle(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	disconnect(userdata);
	return 0;
}

static void on_session(struct hub_answer *answer, void *userdata)
{
	struct claims *claims = userdata;

	claims->asks = false;
	claims->ready = answer->why == NULL;
	if (claims->ready)
		ask_next(claims);
	else if (answer->state[0] != '\0')
		hub_reset(claims->hub, answer->why);
}

static void on_up(void *userdata)
{
	struct claims *claims = userdata;

	claims->asks = true;
	hub_run(claims->hub, session, sizeof(session) / sizeof(session[0]), true, on_session,
		claims);
}

/* Nobody waits for another try; the next claim begins one at once. */
static void on_down(const char *why, void *userdata)
{
	struct claims *claims = userdata;

	if (claims->n > 0)
		warn(claims, why);
	answer_all_unknown(claims);
	disconnect(claims);
}

static void on_notified(const char *channel, const char *payload, void *userdata)
{
	(void)channel;
	(void)payload;
	(void)userdata;
}

/* --- claims ---------------------------------------------------------------------------------- */

static void on_counted(struct hub_answer *counted, void *userdata)
{
	struct claims *claims = userdata;
	const struct fleet_claim *claim = &claims->waiting[0].claim;
	uint64_t uses;

	claims->asks = false;
	/* That the hub was lost is told next, and that all wait in vain. */
	if (counted->why && counted->state[0] == '\0')
		return;
	if (claims->first_asked && counted->why) {
		warn(claims, counted->why);
		answer_same_unknown(claims);
	} else if (claims->first_asked) {
		uses = (uint64_t)hub_number(counted->results[0], 0, 0);
		claims->told = false;
		/* More than it has are not its uses, whatever the hub says. */
		if (uses >= 1 && uses <= claim->uses)
			answer_first(claims, FLEET_CLAIM_GIVEN, uses);
		else if (hub_bool(counted->results[0], 0, 1))
			answer_first(claims, FLEET_CLAIM_USED_UP, 0);
		else
			answer_first(claims, FLEET_CLAIM_UNKNOWN, 0);
	}
	ask_next(claims);
}

static void ask_next(struct claims *claims)
{
	const struct fleet_claim *claim = &claims->waiting[0].claim;
	char max[NUMBER_TEXT];
	const struct hub_statement statement = { claim_sql,
		{ claim->issuer, claim->id, number_text(max, claim->uses) }, 2, 1 };

	if (claims->n == 0 || !claims->ready || claims->asks)
		return;
	claims->asks = claims->first_asked = true;
	hub_run(claims->hub, &statement, 1, true, on_counted, claims);
}

void claims_add(struct claims *claims, const struct fleet_claim *claim)
{
	const uint64_t now = now_us(claims);

	if (!claims->conninfo || claims->n == CLAIMS_MAX) {
		warn(claims, claims->conninfo ? "too many wait" : "there is no hub");
		answer(claims, claim, FLEET_CLAIM_UNKNOWN, 0);
		return;
	}
	claims->waiting[claims->n].claim = *claim;
	claims->waiting[claims->n++].until_us = now + CLAIM_PATIENCE_US;
	if (claims->n == 1)
		arm(claims);
	(void)sd_event_source_set_time(claims->idle, now + IDLE_US);
	(void)sd_event_source_set_enabled(claims->idle, SD_EVENT_ONESHOT);
	if (!claims->connects)
		connect_hub(claims);
	ask_next(claims);
}

void claims_forget(struct claims *claims)
{
	claims->n = 0;
	claims->first_asked = false;
}

/* --- life ------------------------------------------------------------------------------------ */

static bool same(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

int claims_use(struct claims *claims, const char *conninfo, const char *role)
{
	if (same(claims->conninfo, conninfo) && same(claims->role, role))
		return 0;
	answer_all_unknown(claims);
	disconnect(claims);
	free(TAKE(claims->conninfo));
	free(TAKE(claims->role));
	if (conninfo[0] == '\0')
		return 0;
	claims->conninfo = strdup(conninfo);
	claims->role = strdup(role);
	return claims->conninfo && claims->role ? 0 : -ENOMEM;
}

void claims_free(struct claims *claims)
{
	if (!claims)
		return;
	claims_forget(claims);
	hub_free(claims->hub);
	sd_event_source_disable_unref(claims->late);
	sd_event_source_disable_unref(claims->idle);
	sd_event_unref(claims->event);
	free(claims->conninfo);
	free(claims->role);
	free(claims);
}

DEFINE_CLEANUP(claims_free, claims)

static int add_timer(struct claims *claims, sd_event_source **ret_timer, sd_event_time_handler_t fn)
{
	const int r = sd_event_add_time_relative(
		claims->event, ret_timer, CLOCK_MONOTONIC, 0, 1000, fn, claims);

	return r < 0 ? r : sd_event_source_set_enabled(*ret_timer, SD_EVENT_OFF);
}

int claims_new(sd_event *event, struct patd_link *link, struct claims **ret_claims)
{
	cleanup_with(claims_free) struct claims *claims = calloc(1, sizeof(*claims));
	const struct hub_listener listener = { on_up, on_down, on_notified, claims };
	int r;

	if (!claims)
		return -ENOMEM;
	claims->event = sd_event_ref(event);
	claims->link = link;
	if ((r = add_timer(claims, &claims->late, on_late)) < 0 ||
		(r = add_timer(claims, &claims->idle, on_idle)) < 0 ||
		(r = hub_new(event, &listener, &claims->hub)) < 0)
		return r;
	*ret_claims = TAKE(claims);
	return 0;
}
