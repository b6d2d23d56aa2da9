/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of the hub: read in pages, and put to patd in its messages. */
#include <string.h>

#include "common/token_format.h"
#include "common/wire.h"
#include "fleet/carry/carrier_private.h"
#include "patd/util/log.h"

_Static_assert(CARRIER_ROWS == 1024, "as the statement says");
static const char rows_sql[] =
	"SELECT number, id, bytes FROM patd_fleet.row WHERE issuer = $1"
	" AND (number, id) > ($2::bigint, $3) ORDER BY number, id LIMIT 1024";

struct hub_statement carrier_rows_after(
	const char *issuer, const struct row_place *place, char number[static NUMBER_TEXT])
{
	return (struct hub_statement) { rows_sql,
		{ issuer, number_text(number, place->number), place->id }, 3,
		HUB_UP_TO(CARRIER_ROWS) };
}

/* No id has a tilde, which is after all that it has. */
struct row_place row_place_after_number(uint64_t number)
{
	return (struct row_place) { number, "~" };
}

struct row_place row_place_after_rows(const PGresult *rows)
{
	const int last = PQntuples(rows) - 1;
	struct row_place place = { .number = (uint64_t)hub_number(rows, last, 0) };

	pat_field_cut(place.id, sizeof(place.id), hub_text(rows, last, 1));
	return place;
}

bool row_place_is_after(const struct row_place *place, const struct row_place *other)
{
	if (place->number != other->number)
		return place->number > other->number;
	return strcmp(place->id, other->id) > 0;
}

static void put_more(struct carrier *carrier);

static void left_out(struct putting *putting, const char *why)
{
	if (!*putting->told)
		log_warning("a row of the issuer %s was not taken: %s", putting->issuer, why);
	*putting->told = true;
}

static void refused(struct putting *putting, const struct fleet_refusal *refusal)
{
	left_out(putting, refusal->why);
	if (refusal->again && putting->put_off)
		memcpy(putting->put_off, refusal->why, sizeof(refusal->why));
}

static void on_put(struct carrier *carrier, const struct fleet_message *answer)
{
	struct putting *putting = &carrier->putting;

	if (answer->head.kind == FLEET_DONE) {
		putting->place = putting->end;
	} else if (putting->end - putting->place == 1) {
		refused(putting, carrier_refusal(answer));
		putting->place = putting->end;
	} else {
		/* One of them was to blame; the others must get through. */
		putting->alone = putting->end;
	}
	put_more(carrier);
}

/* What the hub says it is may be nothing that patd would take for a message. */
static bool read_item(const struct putting *putting, int row, struct fleet_item *ret_item,
	const uint8_t **ret_bytes)
{
	const char *id = hub_text(putting->rows, row, 1);
	size_t len;

	*ret_bytes = hub_bytes(putting->rows, row, 2, &len);
	*ret_item = (struct fleet_item) {
		.number = (uint64_t)hub_number(putting->rows, row, 0),
		.len = (uint32_t)len,
	};
	return pat_id_valid(id) && pat_field_set(ret_item->id, sizeof(ret_item->id), id) &&
	       len > 0 && len <= FLEET_BODY_MAX;
}

static void put_more(struct carrier *carrier)
{
	struct putting *putting = &carrier->putting;
	struct fleet_message *message = patd_link_message(carrier->link, FLEET_PUT_ROWS);
	void *body = message->body;
	struct fleet_rows *rows = body;
	const int n = PQntuples(putting->rows);
	size_t len = sizeof(*rows);
	int row;

	(void)pat_field_set(rows->issuer, sizeof(rows->issuer), putting->issuer);
	for (row = putting->place; row < n; row++) {
		struct fleet_item item;
		const uint8_t *bytes;

		if (read_item(putting, row, &item, &bytes)) {
			if (row >= putting->alone || rows->n == 0) {
				if (fleet_rows_add(message, &len, &item, bytes))
					continue;
			}
			if (rows->n > 0)
				break;
		} else if (rows->n > 0) {
			break;
		}
		left_out(putting, "it is no row");
		putting->place = row + 1;
	}
	putting->end = row;
	if (rows->n > 0)
		carrier_ask(carrier, len, KIND(FLEET_DONE) | KIND(FLEET_REFUSED), on_put);
	else
		putting->done(carrier);
}

void carrier_put_rows(struct carrier *carrier, const char *issuer, PGresult *rows, bool *told,
	char *put_off, void (*done)(struct carrier *carrier))
{
	carrier->putting = (struct putting) { issuer, rows, 0, 0, 0, told, put_off, done };
	put_more(carrier);
}
