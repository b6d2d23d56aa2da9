/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose turn it is, and what a job asks. */
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/wire.h"
#include "fleet/carry/carrier_private.h"
#include "patd/util/log.h"

uint64_t carrier_now_us(const struct carrier *carrier)
{
	uint64_t now;

	return sd_event_now(carrier->event, CLOCK_MONOTONIC, &now) < 0 ? 0 : now;
}

const char *number_text(char text[static NUMBER_TEXT], uint64_t number)
{
	(void)snprintf(text, NUMBER_TEXT, "%llu", (unsigned long long)number);
	return text;
}

PGresult *carrier_take(struct hub_answer *answer, size_t statement)
{
	return TAKE(answer->results[statement]);
}

void carrier_drop(PGresult **result)
{
	PQclear(*result);
	*result = NULL;
}

/* --- turns ----------------------------------------------------------------------------------- */

void carrier_wake(struct carrier *carrier)
{
	if (!carrier->runs && !carrier->ends && turn_want(&carrier->turn) < 0)
		log_error("out of memory");
}

void carrier_wake_at(struct carrier *carrier, uint64_t us)
{
	if (carrier->alarm_us != 0 && carrier->alarm_us <= us)
		return;
	carrier->alarm_us = us;
	(void)sd_event_source_set_time(carrier->alarm, us);
	(void)sd_event_source_set_enabled(carrier->alarm, SD_EVENT_ONESHOT);
}

int carrier_on_alarm(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct carrier *carrier = userdata;

	(void)source;
	(void)usec;
	carrier->alarm_us = 0;
	carrier_wake(carrier);
	return 0;
}

static bool can_begin(struct carrier *carrier, enum job_kind kind, uint64_t now)
{
	const struct job *job = carrier->table[kind];

	if (!patd_link_is_up(carrier->link) || (kind != JOB_GREET && !carrier->greeted) ||
		(!job->without_hub && !carrier->entered) || !job->wanted(carrier))
		return false;
	if (carrier->jobs[kind].not_before_us > now) {
		carrier_wake_at(carrier, carrier->jobs[kind].not_before_us);
		return false;
	}
	return true;
}

/* The one after the latest that is wanted, so that none is kept waiting by another. */
void carrier_take_turn(void *userdata)
{
	struct carrier *carrier = userdata;
	const uint64_t now = carrier_now_us(carrier);

	for (unsigned int i = 1; i <= JOBS && !carrier->runs; i++) {
		const enum job_kind kind = (enum job_kind)((carrier->kind + i) % JOBS);

		if (!can_begin(carrier, kind, now))
			continue;
		carrier->kind = kind;
		carrier->runs = true;
		carrier->begun_at = carrier->connection;
		carrier->table[kind]->begin(carrier);
		return;
	}
}

void carrier_end(struct carrier *carrier)
{
	carrier->runs = false;
	if (carrier->open)
		hub_reset(carrier->hub, "patd was lost meanwhile");
	carrier->open = false;
	carrier_drop(&carrier->putting.rows);
	carrier_drop(&carrier->fetching.beat);
	carrier_drop(&carrier->revocations.taken);
	carrier_drop(&carrier->uses.taken);
	carrier_drop(&carrier->reporting.hosts);
	carrier_wake(carrier);
}

/* What failed is not reported any more, if nothing else does. */
static void forget_failure(struct carrier *carrier)
{
	const bool was_told = carrier->jobs[carrier->kind].told;
	bool others = false;

	carrier->jobs[carrier->kind].told = false;
	for (size_t i = 0; i < JOBS; i++)
		others |= carrier->jobs[i].told;
	if (!was_told || others || !carrier->entered)
		return;
	carrier->reporting.error[0] = '\0';
	carrier->reporting.wanted = true;
}

void carrier_done(struct carrier *carrier)
{
	forget_failure(carrier);
	pause_reset(&carrier->jobs[carrier->kind].pause);
	carrier_end(carrier);
}

void carrier_failed(struct carrier *carrier, const char *why)
{
	struct pause *pause = &carrier->jobs[carrier->kind].pause;

	carrier->issuers_to_come = 0;
	if (why && !carrier->jobs[carrier->kind].told) {
		log_warning("%s: %s; trying again", carrier->table[carrier->kind]->name, why);
		carrier->jobs[carrier->kind].told = true;
	}
	if (why) {
		pat_field_cut(carrier->reporting.error, sizeof(carrier->reporting.error), why);
		carrier->reporting.wanted = true;
	}
	carrier->jobs[carrier->kind].not_before_us = carrier_now_us(carrier) + pause_take(pause);
	carrier_end(carrier);
}

/* --- what a job asks ------------------------------------------------------------------------- */

static bool on_answer(const struct fleet_message *answer, void *userdata)
{
	struct carrier *carrier = userdata;

	if (!answer)
		carrier_failed(carrier, NULL);
	else if (carrier->kinds & KIND(answer->head.kind))
		carrier->on_answer(carrier, answer);
	else if (carrier_refusal(answer))
		carrier_failed(carrier, carrier_refusal(answer)->why);
	else
		carrier_failed(carrier, "patd sent another answer than was asked for");
	return carrier->issuers_to_come > 0;
}

void carrier_ask(struct carrier *carrier, size_t len, uint32_t kinds,
	void (*fn)(struct carrier *carrier, const struct fleet_message *answer))
{
	carrier->on_answer = fn;
	carrier->kinds = kinds;
	/* It may be another connection than that on which the job began. */
	if (patd_link_is_up(carrier->link) && (carrier->greeted || carrier->kind == JOB_GREET))
		patd_link_ask(carrier->link, len, on_answer, carrier);
	else
		carrier_failed(carrier, NULL);
}

/* By the class of an SQLSTATE: data, constraints, and rights.  Others, as of a disk that is full,
 * say nothing of what was sent. */
static bool is_of_contents(const char *state)
{
	return strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0 ||
	       strncmp(state, "42", 2) == 0;
}

/* A lock that another has, both wait for each other, or the time of a statement is over. */
static bool is_of_waiting(const char *state)
{
	return strcmp(state, "55P03") == 0 || strcmp(state, "40P01") == 0 ||
	       strcmp(state, "57014") == 0;
}

static void reject(struct carrier *carrier, const char *state)
{
	const struct job *job = carrier->table[carrier->kind];

	if (job->kept_waiting && is_of_waiting(state))
		job->kept_waiting(carrier);
	else if (job->rejected)
		job->rejected(carrier, is_of_contents(state));
}

static void on_notified(struct carrier *carrier, struct hub_answer *answer)
{
	if (answer->why && !carrier->notify_told)
		log_warning(
			"the hub cannot wake others, which look by themselves: %s", answer->why);
	carrier->notify_told = answer->why != NULL;
	carrier->on_notified(carrier);
}

static void on_results(struct hub_answer *answer, void *userdata)
{
	struct carrier *carrier = userdata;

	if (answer->why)
		carrier->open = false;
	if (!answer->why || (carrier->notifies && answer->state[0] != '\0')) {
		carrier->on_results(carrier, answer);
		return;
	}
	if (answer->state[0] != '\0')
		reject(carrier, answer->state);
	/* That the hub was lost is reported as that. */
	carrier_failed(carrier, answer->state[0] != '\0' ? answer->why : NULL);
}

void carrier_run(struct carrier *carrier, const struct hub_statement *statements, size_t n,
	bool commit, void (*fn)(struct carrier *carrier, struct hub_answer *answer))
{
	const bool may = carrier->entered || carrier->table[carrier->kind]->without_hub;

	if (!may || !hub_is_up(carrier->hub) || carrier->connection != carrier->begun_at) {
		carrier_failed(carrier, NULL);
		return;
	}
	carrier->on_results = fn;
	carrier->notifies = fn == on_notified;
	carrier->open = !commit;
	hub_run(carrier->hub, statements, n, commit, on_results, carrier);
}

struct hub_statement carrier_read_committed(void)
{
	return (struct hub_statement) { "SET transaction_isolation = 'read committed'", { NULL }, 0,
		0 };
}

void carrier_notify(struct carrier *carrier, const char *channel, const char *payload,
	void (*fn)(struct carrier *carrier))
{
	const struct hub_statement statement = { "SELECT pg_notify($1, $2)", { channel, payload },
		1, 1 };

	carrier->on_notified = fn;
	carrier_run(carrier, &statement, 1, true, on_notified);
}

/* --- what there is --------------------------------------------------------------------------- */

bool carrier_has_own_rows(const struct carrier *carrier)
{
	return carrier->publishing.caught_up && carrier->publishing.repair == PUBLISH_IN_ORDER;
}

bool carrier_has_all_rows(const struct carrier *carrier)
{
	for (size_t i = 0; i < carrier->n_issuers; i++)
		if (!carrier->issuers[i].state.complete)
			return false;
	return carrier_has_own_rows(carrier);
}

const struct fleet_refusal *carrier_refusal(const struct fleet_message *answer)
{
	const void *body = answer->body;

	return answer->head.kind == FLEET_REFUSED ? body : NULL;
}
