/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What issuers have published, from the hub to patd. */
#include <string.h>

#include "common/wire.h"
#include "fleet/carry/carrier_private.h"
#include "patd/util/log.h"

#define ALL_MIN_US (UINT64_C(2) * 1000 * 1000)
#define ALL_MAX_US (UINT64_C(600) * 1000 * 1000)
#define REWRITTEN_US                                                                               \
	(UINT64_C(5) * 1000 * 1000) /* anybody can say that something was rewritten                \
				     */

static const char beat_sql[] = "SELECT number, at, bytes FROM patd_fleet.beat WHERE issuer = $1";

static struct trusted *find(struct carrier *carrier, const char *name)
{
	for (size_t i = 0; i < carrier->n_issuers; i++)
		if (strcmp(carrier->issuers[i].state.name, name) == 0)
			return &carrier->issuers[i];
	return NULL;
}

static void stands_incomplete(struct carrier *carrier, struct trusted *issuer, bool latest)
{
	if (latest && issuer->full && !issuer->lacking) {
		log_warning("the rows of the issuer %s at the hub are not all that it has signed",
			issuer->state.name);
		issuer->lacking = true;
		carrier->reporting.wanted = true;
	}
	if (issuer->all)
		return;
	issuer->all = true;
	issuer->all_at_us = carrier_now_us(carrier) + (latest ? pause_take(&issuer->pause) : 0);
}

void fetch_stands(struct carrier *carrier, const struct fleet_issuer *state, bool latest)
{
	struct trusted *issuer = find(carrier, state->name);

	/* It is not trusted any more, or only just. */
	if (!issuer)
		return;
	issuer->state = *state;
	if (!issuer->pause.min_us)
		issuer->pause = (struct pause) { .min_us = ALL_MIN_US, .max_us = ALL_MAX_US };
	if (!state->complete) {
		/* While it is put, it is not to be expected. */
		if (latest || !issuer->round)
			stands_incomplete(carrier, issuer, latest);
		return;
	}
	if (issuer->lacking)
		log_info("the rows of the issuer %s are complete again", state->name);
	carrier->reporting.wanted |= issuer->lacking;
	issuer->all = issuer->lacking = issuer->told = false;
	pause_reset(&issuer->pause);
}

void fetch_forget(struct carrier *carrier)
{
	for (size_t i = 0; i < carrier->n_issuers; i++) {
		carrier->issuers[i].all |= carrier->issuers[i].full;
		carrier->issuers[i].all_at_us = 0;
		carrier->issuers[i].round = carrier->issuers[i].full = false;
	}
}

void fetch_all(struct carrier *carrier, bool rewritten)
{
	const uint64_t soon = carrier_now_us(carrier) + REWRITTEN_US;

	for (size_t i = 0; i < carrier->n_issuers; i++) {
		struct trusted *issuer = &carrier->issuers[i];

		issuer->news = true;
		if (rewritten && issuer->lacking && issuer->all_at_us > soon)
			issuer->all_at_us = soon;
	}
}

/* From the one whose turn it is, so that no issuer with many rows keeps others waiting. */
static struct trusted *next_issuer(struct carrier *carrier)
{
	const uint64_t now = carrier_now_us(carrier);

	for (size_t i = 0; i < carrier->n_issuers; i++) {
		const size_t place = (carrier->fetching.turn + i) % carrier->n_issuers;
		struct trusted *issuer = &carrier->issuers[place];

		if (issuer->round || issuer->news || (issuer->all && issuer->all_at_us <= now))
			return issuer;
		if (issuer->all)
			carrier_wake_at(carrier, issuer->all_at_us);
	}
	return NULL;
}

static bool wanted(struct carrier *carrier)
{
	return next_issuer(carrier) != NULL;
}

static void beat_refused(struct carrier *carrier, const char *why)
{
	struct trusted *issuer = carrier->fetching.issuer;

	if (!issuer->told)
		log_warning("the heartbeat of the issuer %s was not taken: %s", issuer->state.name,
			why);
	issuer->told = true;
	issuer->full = false;
	carrier_done(carrier);
}

static void on_beat(struct carrier *carrier, const struct fleet_message *answer)
{
	const void *body = answer->body;

	if (carrier_refusal(answer)) {
		beat_refused(carrier, carrier_refusal(answer)->why);
		return;
	}
	fetch_stands(carrier, body, true);
	carrier->fetching.issuer->full = false;
	carrier_done(carrier);
}

static void put_beat(struct carrier *carrier)
{
	const struct fetching *fetching = &carrier->fetching;
	struct fleet_message *message = patd_link_message(carrier->link, FLEET_PUT_BEAT);
	void *body = message->body;
	struct fleet_rows *rows = body;
	struct fleet_item item = {
		.number = (uint64_t)hub_number(fetching->beat, 0, 0),
		.at = (uint64_t)hub_number(fetching->beat, 0, 1),
	};
	size_t bytes_len, len = sizeof(*rows);
	const uint8_t *bytes = hub_bytes(fetching->beat, 0, 2, &bytes_len);

	(void)pat_field_set(rows->issuer, sizeof(rows->issuer), fetching->issuer->state.name);
	item.len = bytes_len <= FLEET_BODY_MAX ? (uint32_t)bytes_len : 0;
	if (item.len > 0 && fleet_rows_add(message, &len, &item, bytes))
		carrier_ask(carrier, len, KIND(FLEET_ISSUER) | KIND(FLEET_REFUSED), on_beat);
	else
		beat_refused(carrier, "it is none");
}

/* The heartbeat is known, and nothing has come since. */
static bool nothing_new(const struct fetching *fetching)
{
	const struct fleet_issuer *state = &fetching->issuer->state;

	return !fetching->some && state->complete &&
	       (uint64_t)hub_number(fetching->beat, 0, 1) == state->beat_at;
}

static void on_rows_put(struct carrier *carrier)
{
	struct fetching *fetching = &carrier->fetching;

	fetching->issuer->round = !fetching->last;
	if (fetching->last && PQntuples(fetching->beat) > 0 && !nothing_new(fetching)) {
		put_beat(carrier);
		return;
	}
	fetching->issuer->full &= !fetching->last;
	carrier_done(carrier);
}

/* False: the hub goes on without an end. */
static bool go_on_after(struct trusted *issuer, const PGresult *rows)
{
	const struct row_place place = row_place_after_rows(rows);

	if (!row_place_is_after(&place, &issuer->place)) {
		issuer->round = issuer->full = false;
		return false;
	}
	issuer->place = place;
	return true;
}

static void on_rows(struct carrier *carrier, struct hub_answer *answer)
{
	struct fetching *fetching = &carrier->fetching;
	struct trusted *issuer = fetching->issuer;
	const int n = PQntuples(answer->results[0]);

	fetching->some = n > 0;
	fetching->last = n < CARRIER_ROWS;
	if (n > 0 && !go_on_after(issuer, answer->results[0])) {
		carrier_failed(carrier, "the hub has rows that are in no order");
		return;
	}
	fetching->beat = carrier_take(answer, 1);
	carrier_put_rows(carrier, issuer->state.name, carrier_take(answer, 0), &issuer->told, NULL,
		on_rows_put);
}

/* In one snapshot: the last rows, and the heartbeat that follows them. */
static void read_hub(struct carrier *carrier)
{
	struct trusted *issuer = carrier->fetching.issuer;
	char number[NUMBER_TEXT];
	const struct hub_statement statements[] = {
		carrier_rows_after(issuer->state.name, &issuer->place, number),
		{ beat_sql, { issuer->state.name }, 3, HUB_UP_TO(1) },
	};

	issuer->news = false;
	issuer->round = true;
	carrier_run(carrier, statements, 2, true, on_rows);
}

static void on_all(struct carrier *carrier, const struct fleet_message *answer)
{
	struct trusted *issuer = carrier->fetching.issuer;

	(void)answer;
	issuer->all = false;
	issuer->full = true;
	issuer->place = (struct row_place) { 0 };
	read_hub(carrier);
}

static void begin(struct carrier *carrier)
{
	struct trusted *issuer = next_issuer(carrier);
	struct fleet_message *message;
	void *body;
	struct fleet_rows *rows;

	if (!issuer) {
		carrier_done(carrier);
		return;
	}
	carrier->fetching.issuer = issuer;
	carrier->fetching.turn = (size_t)(issuer - carrier->issuers) + 1;
	if (issuer->round) {
		read_hub(carrier);
	} else if (!issuer->all || issuer->all_at_us > carrier_now_us(carrier)) {
		issuer->full = false;
		issuer->place = row_place_after_number(issuer->state.number);
		read_hub(carrier);
	} else {
		message = patd_link_message(carrier->link, FLEET_PUT_ALL);
		body = message->body;
		rows = body;
		(void)pat_field_set(rows->issuer, sizeof(rows->issuer), issuer->state.name);
		carrier_ask(carrier, sizeof(*rows), KIND(FLEET_DONE), on_all);
	}
}

const struct job job_fetch = {
	.name = "fetching rows",
	.wanted = wanted,
	.begin = begin,
};
