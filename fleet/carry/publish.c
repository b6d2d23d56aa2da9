/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An issuer's rows and heartbeats, from patd to the hub.
 *
 * All rows after the number that the hub has, and the heartbeat that follows them, are one
 * transaction.  Every half minute the hub is asked what it has: rows that patd lacks go to it
 * first, and where the versions do not add up, or a host lacks rows, each one is compared.
 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "fleet/carry/carrier_private.h"
#include "patd/util/log.h"

#define ALL_MIN_US (UINT64_C(20) * 1000 * 1000)
#define ALL_MAX_US (UINT64_C(1200) * 1000 * 1000)

/* A host that was lost with an incomplete replica is no reason for ever. */
static const char check_sql[] =
	"SELECT coalesce(max(number), 0)::bigint, coalesce(sum(version), 0)::bigint, EXISTS"
	" (SELECT FROM patd_fleet.host AS h WHERE h.issuer = session_user AND NOT h.complete"
	" AND h.seen_at > now() - interval '2 minutes')"
	" FROM patd_fleet.row WHERE issuer = session_user";

/* With a number that is there, only what differs: nothing else is written anew. */
static const char rows_sql[] =
	"INSERT INTO patd_fleet.row AS r (issuer, id, number, version, bytes)"
	" SELECT session_user, n.id, n.number, n.version, decode(n.hex, 'hex')"
	" FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[])"
	" AS n (id, number, version, hex)"
	" ON CONFLICT (issuer, id) DO UPDATE SET number = excluded.number,"
	" version = excluded.version, bytes = excluded.bytes"
	" WHERE r.number < excluded.number OR (r.number = excluded.number"
	" AND (r.version, r.bytes) IS DISTINCT FROM (excluded.version, excluded.bytes))";

static const char beat_sql[] =
	"INSERT INTO patd_fleet.beat AS b (issuer, number, at, bytes)"
	" VALUES (session_user, $1::bigint, $2::bigint, decode(($3::text[])[1], 'hex'))"
	" ON CONFLICT (issuer) DO UPDATE SET number = excluded.number, at = excluded.at,"
	" bytes = excluded.bytes";

static void get_rows(struct carrier *carrier);
static void get_beat(struct carrier *carrier);

static bool wanted(struct carrier *carrier)
{
	return carrier->publishing.wanted && carrier->self.issuer[0] && !carrier->greet_wanted;
}

/* --- from patd to the hub -------------------------------------------------------------------- */

static void published(struct carrier *carrier, struct hub_answer *answer)
{
	struct publishing *publishing = &carrier->publishing;

	(void)answer;
	publishing->number = publishing->sent;
	publishing->wanted =
		carrier->self.last > publishing->number && carrier->self.last > publishing->none;
	publishing->all = false;
	if (publishing->rewritten)
		log_notice("rows at the hub were not as they were written, and are so again");
	carrier_done(carrier);
}

static void send_beat(struct carrier *carrier, const struct fleet_item *item, const uint8_t *bytes)
{
	struct array hex;
	char number[NUMBER_TEXT], at[NUMBER_TEXT];

	array_begin(&hex);
	array_add_hex(&hex, bytes, item->len);
	const struct hub_statement statements[] = {
		{ beat_sql,
			{ number_text(number, item->number), number_text(at, item->version),
				array_end(&hex) },
			0, false },
		{ "SELECT pg_notify('" HUB_CHANNEL "', $1)",
			{ carrier->publishing.rewritten ? "rewritten" : "" }, 1, false },
	};

	carrier_run(carrier, statements, 2, true, published);
	free(hex.text);
}

static void on_beat(struct carrier *carrier, const struct fleet_message *answer)
{
	const void *body = answer->body;
	const uint8_t *bytes;
	size_t place = 0;
	const struct fleet_item *item = fleet_rows_next(body, &place, &bytes);

	/* A heartbeat goes with the rows that it is about: one has come in between.  Not so where
	 * the latest is one that patd does not sign. */
	if (item->number > carrier->publishing.sent && item->number > carrier->publishing.none) {
		carrier->self.last = item->number;
		get_rows(carrier);
	} else {
		send_beat(carrier, item, bytes);
	}
}

static void get_beat(struct carrier *carrier)
{
	(void)patd_link_message(carrier->link, FLEET_GET_BEAT);
	carrier_ask(carrier, 0, KIND(FLEET_BEAT), on_beat);
}

static void on_rows_sent(struct carrier *carrier, struct hub_answer *answer)
{
	struct publishing *publishing = &carrier->publishing;

	if (publishing->all && strcmp(PQcmdTuples(answer->results[0]), "0") != 0)
		publishing->rewritten = true;
	if (publishing->sent < carrier->self.last)
		get_rows(carrier);
	else
		get_beat(carrier);
}

static void send_rows(struct carrier *carrier, const struct fleet_rows *rows)
{
	struct array columns[4];
	const struct fleet_item *item;
	const uint8_t *bytes;
	struct hub_statement statement = { .sql = rows_sql };
	size_t place = 0;

	for (size_t i = 0; i < 4; i++)
		array_begin(&columns[i]);
	while ((item = fleet_rows_next(rows, &place, &bytes))) {
		array_add(&columns[0], item->id);
		array_add_number(&columns[1], item->number);
		array_add_number(&columns[2], item->version);
		array_add_hex(&columns[3], bytes, item->len);
		carrier->publishing.sent = item->number;
	}
	for (size_t i = 0; i < 4; i++)
		statement.values[i] = array_end(&columns[i]);
	carrier_run(carrier, &statement, 1, false, on_rows_sent);
	for (size_t i = 0; i < 4; i++)
		free(columns[i].text);
}

static void on_rows(struct carrier *carrier, const struct fleet_message *answer)
{
	const void *body = answer->body;
	const struct fleet_rows *rows = body;

	if (rows->n > 0) {
		send_rows(carrier, rows);
		return;
	}
	carrier->publishing.none = carrier->self.last;
	get_beat(carrier);
}

static void get_rows(struct carrier *carrier)
{
	void *body = patd_link_message(carrier->link, FLEET_GET_ROWS)->body;
	struct fleet_after *after = body;

	after->number = carrier->publishing.sent;
	carrier_ask(carrier, sizeof(*after), KIND(FLEET_ROWS), on_rows);
}

/* --- what the hub has ------------------------------------------------------------------------ */

/* patd says where it stands now, and then the hub is asked again. */
static void taken_over(struct carrier *carrier)
{
	carrier->publishing.took = true;
	carrier->greet_wanted = true;
	carrier_done(carrier);
}

static void on_own_rows(struct carrier *carrier, struct hub_answer *answer)
{
	carrier_put_rows(carrier, carrier->self.issuer, carrier_take(answer, 0),
		&carrier->publishing.told, taken_over);
}

/* The issuer was restored from a backup. */
static void take_over(struct carrier *carrier)
{
	struct publishing *publishing = &carrier->publishing;
	char number[NUMBER_TEXT];
	const struct hub_statement statement = { carrier_rows_sql,
		{ carrier->self.issuer, number_text(number, carrier->self.last) },
		CARRIER_ROWS_COLUMNS, false };
	const bool in_vain = publishing->took && publishing->took_after == carrier->self.last;

	publishing->took = false;
	publishing->took_after = carrier->self.last;
	if (in_vain)
		carrier_failed(carrier,
			"the hub has rows in the name of this issuer that it has not signed");
	else
		carrier_run(carrier, &statement, 1, true, on_own_rows);
}

static void begin_sending(struct carrier *carrier)
{
	struct publishing *publishing = &carrier->publishing;

	publishing->rewritten = false;
	publishing->none = 0;
	publishing->sent = publishing->all ? 0 : publishing->number;
	if (publishing->sent < carrier->self.last)
		get_rows(carrier);
	else
		get_beat(carrier);
}

static void checked(struct carrier *carrier, struct hub_answer *answer)
{
	struct publishing *publishing = &carrier->publishing;
	const PGresult *result = answer->results[0];
	const uint64_t number = (uint64_t)hub_number(result, 0, 0);
	const bool wrong = (uint64_t)hub_number(result, 0, 1) != number || hub_bool(result, 0, 2);
	const uint64_t now = carrier_now_us(carrier);

	if (number > carrier->self.last) {
		take_over(carrier);
		return;
	}
	publishing->took = publishing->told = false;
	publishing->number = number;
	publishing->known = true;
	publishing->all = wrong && publishing->all_at_us <= now;
	publishing->pause.min_us = ALL_MIN_US;
	publishing->pause.max_us = ALL_MAX_US;
	if (!wrong)
		pause_reset(&publishing->pause);
	if (publishing->all)
		publishing->all_at_us = now + pause_take(&publishing->pause);
	begin_sending(carrier);
}

static void begin(struct carrier *carrier)
{
	const struct hub_statement statement = { check_sql, { NULL }, 3, true };

	if (carrier->publishing.known) {
		carrier->publishing.all = false;
		begin_sending(carrier);
	} else {
		carrier_run(carrier, &statement, 1, true, checked);
	}
}

/* What is there of the transaction is not known. */
static void rejected(struct carrier *carrier, bool contents)
{
	(void)contents;
	carrier->publishing.known = false;
}

const struct job job_publish = {
	.name = "publishing rows",
	.wanted = wanted,
	.begin = begin,
	.rejected = rejected,
};
