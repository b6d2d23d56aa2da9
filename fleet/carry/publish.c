/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An issuer's rows and heartbeats, from patd to the hub.
 *
 * All rows after the number that the hub has, and the heartbeat that follows them, are one
 * transaction.  Every half minute the hub is asked what it has: rows that patd lacks go to it
 * first.  Where patd was restored from a backup, or has taken rows over, all that the hub has goes
 * to it before anything is signed.  Where a host lacks rows, the hub is repaired: all of its rows
 * go to patd, and then all of patd's to the hub, which takes those that differ.  Where rows were
 * signed with another key, all of patd's go there, too.  A repair is in pages; what is new goes
 * before it, and between them.  A slice that ends by carrier_end() has not succeeded yet: whatever
 * failed before is reported until something is published.
 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "fleet/carry/carrier_private.h"
#include "patd/util/log.h"

/* $1: the name of the present key.  As text, session_user lets the planner take each end of an
 * index only.  A host that was lost with an incomplete replica is no reason for ever. */
static const char check_sql[] =
	"SELECT coalesce(max(number), 0)::bigint, EXISTS"
	" (SELECT FROM patd_fleet.host AS h WHERE h.issuer = session_user AND NOT h.complete"
	" AND h.seen_at > now() - interval '2 minutes'),"
	" coalesce(min(key) <> $1 OR max(key) <> $1, false)"
	" FROM patd_fleet.row WHERE issuer = session_user::text";

/* One row of each other key. */
static const char other_keys_sql[] =
	"SELECT DISTINCT ON (key) number, id, bytes FROM patd_fleet.row"
	" WHERE issuer = session_user::text AND key <> $1 ORDER BY key LIMIT 1024";

/* Only what differs is written anew. */
static const char rows_sql[] =
	"INSERT INTO patd_fleet.row AS r (issuer, id, number, key, bytes)"
	" SELECT session_user, n.id, n.number, $4, decode(n.hex, 'hex')"
	" FROM unnest($1::text[], $2::bigint[], $3::text[]) AS n (id, number, hex)"
	" ON CONFLICT (issuer, id) DO UPDATE SET number = excluded.number,"
	" key = excluded.key, bytes = excluded.bytes"
	" WHERE (r.number, r.key, r.bytes)"
	" IS DISTINCT FROM (excluded.number, excluded.key, excluded.bytes)";

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

void publish_restart(struct carrier *carrier)
{
	carrier->publishing.checked = carrier->publishing.caught_up = false;
	carrier->publishing.has_read = false;
	carrier->publishing.read = (struct row_place) { 0 };
	carrier->publishing.written = 0;
}

void publish_lacks(struct carrier *carrier)
{
	if (carrier->publishing.repair == PUBLISH_IN_ORDER &&
		repair_pace_is_due(&carrier->publishing.pace, carrier_now_us(carrier)))
		publish_check(carrier);
}

static bool has_new(const struct carrier *carrier)
{
	return carrier->self.last > carrier->publishing.number &&
	       carrier->self.last > carrier->publishing.none;
}

/* --- from patd to the hub -------------------------------------------------------------------- */

static void published(struct carrier *carrier, struct hub_answer *answer)
{
	struct publishing *publishing = &carrier->publishing;
	const bool rewritten = publishing->rewritten && publishing->repair == PUBLISH_IN_ORDER;

	(void)answer;
	publishing->number = publishing->sent;
	publishing->wanted = has_new(carrier) || publishing->repair != PUBLISH_IN_ORDER;
	publishing->rewritten &= !rewritten;
	if (rewritten)
		log_notice("rows at the hub were not as this issuer signs them now, and are again");
	carrier_notify(carrier, HUB_CHANNEL, rewritten ? "rewritten" : "", carrier_done);
}

static void send_beat(struct carrier *carrier, const struct fleet_item *item, const uint8_t *bytes)
{
	struct array hex;
	char number[NUMBER_TEXT], at[NUMBER_TEXT];

	array_begin(&hex);
	array_add_hex(&hex, bytes, item->len);
	const struct hub_statement statements[] = {
		{ beat_sql,
			{ number_text(number, item->number), number_text(at, item->at),
				array_end(&hex) },
			0, 0 },
	};

	carrier_run(carrier, statements, 1, true, published);
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
	(void)answer;
	/* In a burst patd has signed more than it had told. */
	if (carrier->publishing.sent > carrier->self.last)
		carrier->self.last = carrier->publishing.sent;
	if (carrier->publishing.sent < carrier->self.last)
		get_rows(carrier);
	else
		get_beat(carrier);
}

/* What patd has answered.  fn: see carrier_run(). */
static void send_rows(struct carrier *carrier, const struct fleet_message *answer, bool commit,
	uint64_t *ret_last, void (*fn)(struct carrier *carrier, struct hub_answer *answer))
{
	const void *body = answer->body;
	struct array columns[3];
	const struct fleet_item *item;
	const uint8_t *bytes;
	struct hub_statement statement = { .sql = rows_sql };
	size_t place = 0;

	for (size_t i = 0; i < 3; i++)
		array_begin(&columns[i]);
	while ((item = fleet_rows_next(body, &place, &bytes))) {
		array_add(&columns[0], item->id);
		array_add_number(&columns[1], item->number);
		array_add_hex(&columns[2], bytes, item->len);
		*ret_last = item->number;
	}
	for (size_t i = 0; i < 3; i++)
		statement.values[i] = array_end(&columns[i]);
	statement.values[3] = carrier->self.key;
	carrier_run(carrier, &statement, 1, commit, fn);
	for (size_t i = 0; i < 3; i++)
		free(columns[i].text);
}

static bool has_rows(const struct fleet_message *answer)
{
	const void *body = answer->body;
	const struct fleet_rows *rows = body;

	return rows->n > 0;
}

static void on_rows(struct carrier *carrier, const struct fleet_message *answer)
{
	if (has_rows(answer)) {
		send_rows(carrier, answer, false, &carrier->publishing.sent, on_rows_sent);
		return;
	}
	carrier->publishing.none = carrier->self.last;
	get_beat(carrier);
}

static void ask_rows(struct carrier *carrier, uint64_t number,
	void (*fn)(struct carrier *carrier, const struct fleet_message *answer))
{
	void *body = patd_link_message(carrier->link, FLEET_GET_ROWS)->body;
	struct fleet_after *after = body;

	after->number = number;
	carrier_ask(carrier, sizeof(*after), KIND(FLEET_ROWS), fn);
}

static void get_rows(struct carrier *carrier)
{
	ask_rows(carrier, carrier->publishing.sent, on_rows);
}

static void send_new(struct carrier *carrier)
{
	struct publishing *publishing = &carrier->publishing;

	/* With the question it is so no more. */
	carrier->self.behind = 0;
	publishing->none = 0;
	publishing->sent = publishing->number;
	if (publishing->sent < carrier->self.last)
		get_rows(carrier);
	else
		get_beat(carrier);
}

/* --- all of them, in pages ------------------------------------------------------------------- */

static void on_page_sent(struct carrier *carrier, struct hub_answer *answer)
{
	if (strcmp(PQcmdTuples(answer->results[0]), "0") != 0)
		carrier->publishing.rewritten = true;
	carrier_end(carrier);
}

static void on_all_rows(struct carrier *carrier, const struct fleet_message *answer)
{
	struct publishing *publishing = &carrier->publishing;

	if (has_rows(answer)) {
		send_rows(carrier, answer, true, &publishing->written, on_page_sent);
		return;
	}
	publishing->repair = PUBLISH_IN_ORDER;
	memcpy(publishing->key, carrier->self.key, sizeof(publishing->key));
	send_new(carrier);
}

static void send_page(struct carrier *carrier)
{
	ask_rows(carrier, carrier->publishing.written, on_all_rows);
}

/* --- from the hub to patd -------------------------------------------------------------------- */

static void repair_from(struct publishing *publishing, enum publish_repair repair)
{
	publishing->repair = repair;
	publishing->read = (struct row_place) { 0 };
	publishing->written = 0;
	publishing->rewritten = publishing->told = false;
}

/* What patd could not keep now must not be overwritten at the hub by what it has instead. */
static bool put_off(struct carrier *carrier)
{
	if (carrier->publishing.put_off[0] == '\0')
		return false;
	carrier_failed(carrier, carrier->publishing.put_off);
	return true;
}

/*
 * patd says where it stands now, and then the hub is asked again.  Its numbers may have gone past
 * others of the hub meanwhile, and of what it took it may have kept its own: so all is read, and
 * then written.
 */
static void taken_over(struct carrier *carrier)
{
	if (put_off(carrier))
		return;
	repair_from(&carrier->publishing, PUBLISH_READ);
	carrier->publishing.took = true;
	carrier->publishing.has_read = false;
	carrier->greet_wanted = true;
	/* There may be one about a token that was not known before. */
	revocations_look(carrier);
	carrier_end(carrier);
}

static void on_own_rows(struct carrier *carrier, struct hub_answer *answer)
{
	struct publishing *publishing = &carrier->publishing;

	publishing->put_off[0] = '\0';
	carrier_put_rows(carrier, carrier->self.issuer, carrier_take(answer, 0), &publishing->told,
		publishing->put_off, taken_over);
}

/* The issuer was put back to an earlier state, and does not know of it. */
static void take_over(struct carrier *carrier)
{
	struct publishing *publishing = &carrier->publishing;
	const struct row_place place = row_place_after_number(carrier->self.last);
	char number[NUMBER_TEXT];
	const struct hub_statement statement =
		carrier_rows_after(carrier->self.issuer, &place, number);
	const bool in_vain = publishing->took && publishing->took_after == carrier->self.last;

	publishing->took = false;
	publishing->took_after = carrier->self.last;
	if (in_vain)
		carrier_failed(carrier,
			"the hub has rows in the name of this issuer that it has not signed");
	else
		carrier_run(carrier, &statement, 1, true, on_own_rows);
}

/* After the last of them patd says where it stands, as it may have had less. */
static void rows_read(struct carrier *carrier)
{
	struct publishing *publishing = &carrier->publishing;

	publishing->read = publishing->next;
	if (publishing->read_last) {
		publishing->read = (struct row_place) { 0 };
		if (put_off(carrier))
			return;
		publishing->has_read = true;
		publishing->repair = PUBLISH_ALL;
		carrier->greet_wanted = true;
		/* There may be one about a token that was not known before. */
		revocations_look(carrier);
	}
	carrier_end(carrier);
}

static void on_page(struct carrier *carrier, struct hub_answer *answer)
{
	struct publishing *publishing = &carrier->publishing;
	const PGresult *rows = answer->results[0];

	publishing->read_last = PQntuples(rows) < CARRIER_ROWS;
	if (!publishing->read_last) {
		publishing->next = row_place_after_rows(rows);
		if (!row_place_is_after(&publishing->next, &publishing->read)) {
			carrier_failed(carrier, "the hub has rows that are in no order");
			return;
		}
	}
	if (publishing->read.id[0] == '\0')
		publishing->put_off[0] = '\0';
	carrier_put_rows(carrier, carrier->self.issuer, carrier_take(answer, 0), &publishing->told,
		publishing->put_off, rows_read);
}

/* A page in a slice, so that others have their turns. */
static void read_page(struct carrier *carrier)
{
	char number[NUMBER_TEXT];
	const struct hub_statement statement =
		carrier_rows_after(carrier->self.issuer, &carrier->publishing.read, number);

	carrier_run(carrier, &statement, 1, true, on_page);
}

/* --- what the hub has ------------------------------------------------------------------------ */

/* A host says that it lacks rows. */
static bool must_repair(struct publishing *publishing, uint64_t now)
{
	struct repair_pace *pace = &publishing->pace;

	repair_pace_lacks(pace, now);
	if (publishing->repair != PUBLISH_IN_ORDER || !repair_pace_is_due(pace, now))
		return false;
	repair_pace_begin(pace, now);
	return true;
}

static void go_on(struct carrier *carrier)
{
	carrier->publishing.checked = carrier->publishing.caught_up = true;
	send_new(carrier);
}

/* If it was a later key, it is patd's now, which says so. */
static void keys_seen(struct carrier *carrier)
{
	struct publishing *publishing = &carrier->publishing;

	/* It goes on meanwhile: what revokes does not wait for a disk. */
	if (publishing->put_off[0] != '\0') {
		go_on(carrier);
		return;
	}
	memcpy(publishing->seen_key, carrier->self.key, sizeof(publishing->seen_key));
	carrier->greet_wanted = true;
	carrier_end(carrier);
}

static void on_other_keys(struct carrier *carrier, struct hub_answer *answer)
{
	struct publishing *publishing = &carrier->publishing;

	publishing->put_off[0] = '\0';
	/* Most of all they are those that were given up, of which there is nothing to tell. */
	publishing->told = true;
	carrier_put_rows(carrier, carrier->self.issuer, carrier_take(answer, 0), &publishing->told,
		publishing->put_off, keys_seen);
}

/* The issuer may have been put back to before a new key, as by a snapshot, and not know of it. */
static void show_other_keys(struct carrier *carrier)
{
	const struct hub_statement statement = { other_keys_sql, { carrier->self.key }, 3,
		HUB_UP_TO(CARRIER_ROWS) };

	carrier_run(carrier, &statement, 1, true, on_other_keys);
}

/* Another key has its answer once: a row may keep it that patd does not sign.  patd takes none of
 * those that were signed with an earlier one, so they are not read first. */
static void plan_repair(struct carrier *carrier, bool lacking, bool other_key)
{
	struct publishing *publishing = &carrier->publishing;

	if (other_key && strcmp(publishing->key, carrier->self.key) != 0) {
		if (publishing->repair == PUBLISH_IN_ORDER)
			repair_from(publishing, PUBLISH_ALL);
	} else if (lacking && must_repair(publishing, carrier_now_us(carrier))) {
		repair_from(publishing, PUBLISH_READ);
	}
}

static void checked(struct carrier *carrier, struct hub_answer *answer)
{
	struct publishing *publishing = &carrier->publishing;
	const PGresult *result = answer->results[0];

	publishing->number = (uint64_t)hub_number(result, 0, 0);
	if (publishing->number > carrier->self.last) {
		take_over(carrier);
		return;
	}
	publishing->took = false;
	if (hub_bool(result, 0, 2) && strcmp(publishing->seen_key, carrier->self.key) != 0) {
		show_other_keys(carrier);
		return;
	}
	publishing->told &= publishing->repair != PUBLISH_IN_ORDER;
	plan_repair(carrier, hub_bool(result, 0, 1), hub_bool(result, 0, 2));
	go_on(carrier);
}

static void check(struct carrier *carrier)
{
	const struct hub_statement statement = { check_sql, { carrier->self.key }, 3, 1 };

	carrier_run(carrier, &statement, 1, true, checked);
}

static bool must_read_first(const struct carrier *carrier)
{
	const struct publishing *publishing = &carrier->publishing;

	/* If nothing was taken over, that was in vain. */
	const bool took = publishing->took && carrier->self.last > publishing->took_after;

	return (carrier->self.behind != 0 || took) && !publishing->has_read;
}

/* What revokes, and the heartbeat, wait for no repair. */
static void begin(struct carrier *carrier)
{
	static void (*const pages[])(struct carrier * carrier) = {
		[PUBLISH_IN_ORDER] = send_new,
		[PUBLISH_READ] = read_page,
		[PUBLISH_ALL] = send_page,
	};

	if (must_read_first(carrier))
		read_page(carrier);
	else if (!carrier->publishing.checked)
		check(carrier);
	else if (has_new(carrier))
		send_new(carrier);
	else
		pages[carrier->publishing.repair](carrier);
}

/* What is there of the transaction is not known. */
static void rejected(struct carrier *carrier, bool contents)
{
	(void)contents;
	publish_restart(carrier);
}

const struct job job_publish = {
	.name = "publishing rows",
	.wanted = wanted,
	.begin = begin,
	.rejected = rejected,
};
