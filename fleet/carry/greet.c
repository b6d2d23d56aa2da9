/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who this machine is, and whom it trusts, by patd's word; and what the hub is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "fleet/carry/carrier_private.h"
#include "fleet/carry/claims.h"
#include "patd/util/log.h"

#define HUB_VERSION 1 /* of fleet/hub.sql */

static bool greet_wanted(struct carrier *carrier)
{
	return carrier->greet_wanted;
}

/* The role at the hub, which has the name of the host. */
static const char *role(const struct carrier *carrier)
{
	return carrier->self.issuer[0] ? carrier->self.issuer : carrier->self.host;
}

/* Those that patd does not name any more are trusted no more. */
static void drop_unlisted(struct carrier *carrier)
{
	size_t n = 0;

	for (size_t i = 0; i < carrier->n_issuers; i++)
		if (carrier->issuers[i].listed)
			carrier->issuers[n++] = carrier->issuers[i];
	carrier->n_issuers = n;
}

static void greeted(struct carrier *carrier)
{
	drop_unlisted(carrier);
	/* On a new connection patd may have the database of a backup, or of before a power cut; and
	 * what the hub has answered meanwhile was held against what patd had before. */
	if (!carrier->greeted)
		carrier_look(carrier);
	carrier->greeted = true;
	carrier->greet_wanted = false;
	if (carrier->self.issuer[0] && !carrier->hears_requests)
		carrier->entered = false;
	if (hub_use(carrier->hub, carrier->self.hub, role(carrier)) < 0 ||
		claims_use(carrier->claims, carrier->self.hub, role(carrier)) < 0)
		carrier_failed(carrier, "out of memory");
	else
		carrier_done(carrier);
}

static void list(struct carrier *carrier, const struct fleet_issuer *state)
{
	size_t i = 0;

	while (i < carrier->n_issuers && strcmp(carrier->issuers[i].state.name, state->name) != 0)
		i++;
	if (i == CARRIER_ISSUERS_MAX) {
		log_warning("too many issuers: %s is left out", state->name);
		return;
	}
	if (i == carrier->n_issuers)
		carrier->issuers[carrier->n_issuers++] =
			(struct trusted) { .state = *state, .news = true };
	carrier->issuers[i].listed = true;
	fetch_stands(carrier, state, false);
}

static void on_issuer(struct carrier *carrier, const struct fleet_message *answer)
{
	const void *body = answer->body;
	const struct fleet_issuer *state = body;

	carrier->issuers_to_come--;
	/* What is its own goes the other way. */
	if (strcmp(state->name, carrier->self.issuer) != 0)
		list(carrier, state);
	if (carrier->issuers_to_come == 0)
		greeted(carrier);
}

static void on_welcome(struct carrier *carrier, const struct fleet_message *answer)
{
	const void *body = answer->body;

	memcpy(&carrier->self, body, sizeof(carrier->self));
	for (size_t i = 0; i < carrier->n_issuers; i++)
		carrier->issuers[i].listed = false;
	carrier->issuers_to_come = carrier->self.issuers;
	carrier->on_answer = on_issuer;
	carrier->kinds = KIND(FLEET_ISSUER);
	if (carrier->issuers_to_come == 0)
		greeted(carrier);
}

static void greet(struct carrier *carrier)
{
	carrier->issuers_to_come = 0;
	(void)patd_link_message(carrier->link, FLEET_HELLO);
	carrier_ask(carrier, 0, KIND(FLEET_WELCOME), on_welcome);
}

const struct job job_greet = {
	.name = "greeting patd",
	.wanted = greet_wanted,
	.begin = greet,
	.without_hub = true,
};

/* --- the hub --------------------------------------------------------------------------------- */

static bool enter_wanted(struct carrier *carrier)
{
	return !carrier->entered && hub_is_up(carrier->hub);
}

static void entered(struct carrier *carrier, struct hub_answer *answer)
{
	const char *name = hub_text(answer->results[0], 0, 1);
	const int64_t version = hub_number(answer->results[0], 0, 0);
	cleanup_free char *why = NULL;
	int r = 0;

	if (version != HUB_VERSION)
		r = asprintf(&why,
			"the hub has version %lld of its tables, and this patd-fleet needs %d",
			(long long)version, HUB_VERSION);
	else if (strcmp(name, role(carrier)) != 0)
		r = asprintf(&why, "the hub knows us as another role than %s", role(carrier));
	if (r != 0) {
		carrier_failed(carrier, r < 0 ? "out of memory" : why);
		return;
	}
	carrier->entered = true;
	carrier->hears_requests = carrier->self.issuer[0] != '\0';
	carrier->greet_wanted = true;
	carrier_look(carrier);
	report_connection(carrier, NULL);
	carrier_done(carrier);
}

static void enter(struct carrier *carrier)
{
	const struct hub_statement statements[] = {
		{ "SELECT coalesce(max(version), 0)::bigint, session_user::text"
		  " FROM patd_fleet.hub_version",
			{ NULL }, 2, 1 },
		{ "LISTEN " HUB_CHANNEL, { NULL }, 0, 0 },
		{ "LISTEN " HUB_CHANNEL_REQUESTS, { NULL }, 0, 0 },
	};

	/* Who issues nothing has nothing to do with requests; who begins to enters once more. */
	carrier_run(carrier, statements, carrier->self.issuer[0] ? 3 : 2, true, entered);
}

const struct job job_enter = {
	.name = "entering the hub",
	.wanted = enter_wanted,
	.begin = enter,
	.without_hub = true,
};
