/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses of tokens: of this machine to the hub, and of others to this issuer. */
#include <stdlib.h>
#include <string.h>

#include "common/token_format.h"
#include "common/wire.h"
#include "fleet/base/shown.h"
#include "fleet/carry/carrier_private.h"
#include "patd/util/log.h"

static const char send_sql[] =
	"INSERT INTO patd_fleet.use AS u (host, issuer, id, at, service, source, uses)"
	" SELECT session_user, $1, $2, $3::bigint, $4, $5, $6::bigint"
	" WHERE EXISTS (SELECT FROM patd_fleet.row AS r WHERE r.issuer = $1 AND r.id = $2)"
	" ON CONFLICT (host, issuer, id) DO UPDATE SET at = excluded.at,"
	" service = excluded.service, source = excluded.source, uses = excluded.uses";

_Static_assert(CARRIER_FEW == 32, "as the statement says");
static const char take_sql[] =
	"SELECT host, id, at, service, source, uses, seq FROM patd_fleet.use"
	" WHERE issuer = session_user::text AND taken < seq AND (host, id) > ($1, $2)"
	" ORDER BY host, id LIMIT 32";

/* A row that its host has locked is left out, and one that it has written since stays new. */
static const char taken_sql[] =
	"WITH free AS (SELECT u.host, u.issuer, u.id, t.seq FROM patd_fleet.use AS u"
	" JOIN unnest($1::text[], $2::text[], $3::bigint[]) AS t (host, id, seq)"
	" ON u.host = t.host AND u.id = t.id WHERE u.issuer = session_user::text"
	" AND u.taken < t.seq AND t.seq <= u.seq FOR NO KEY UPDATE OF u SKIP LOCKED)"
	" UPDATE patd_fleet.use AS u SET taken = f.seq FROM free AS f"
	" WHERE u.host = f.host AND u.issuer = f.issuer AND u.id = f.id";

/* --- of this machine ------------------------------------------------------------------------- */

static bool same_token(const struct fleet_use *a, const struct fleet_use *b)
{
	return memcmp(a->id, b->id, sizeof(a->id)) == 0 &&
	       memcmp(a->issuer, b->issuer, sizeof(a->issuer)) == 0;
}

void uses_add(struct carrier *carrier, const struct fleet_use *use)
{
	struct uses *uses = &carrier->uses;
	size_t i = uses->n_sending;

	/* Nobody else wants to know of it. */
	if (strcmp(use->issuer, carrier->self.issuer) == 0)
		return;
	while (i < uses->n && !same_token(&uses->waiting[i], use))
		i++;
	/* The next use of that token says more. */
	if (i == CARRIER_WAITING)
		return;
	uses->n += i == uses->n;
	uses->waiting[i] = *use;
	/* A client of the network may have chosen what stands there. */
	shown_ascii(uses->waiting[i].service, sizeof(use->service), use->service);
	shown_ascii(uses->waiting[i].source, sizeof(use->source), use->source);
	if (uses->send_at_us == 0)
		uses->send_at_us = carrier_now_us(carrier) + USES_US;
}

static bool send_wanted(struct carrier *carrier)
{
	struct uses *uses = &carrier->uses;

	if (uses->n == 0)
		return false;
	if (uses->send_at_us <= carrier_now_us(carrier))
		return true;
	carrier_wake_at(carrier, uses->send_at_us);
	return false;
}

static void forget_sent(struct uses *uses)
{
	const size_t sent = uses->n_sending;

	uses->n -= sent;
	memmove(uses->waiting, uses->waiting + sent, uses->n * sizeof(uses->waiting[0]));
	uses->alone -= uses->alone < sent ? uses->alone : sent;
	uses->n_sending = 0;
	if (uses->n == 0)
		uses->send_at_us = 0;
}

static void on_sent(struct carrier *carrier, struct hub_answer *answer)
{
	(void)answer;
	forget_sent(&carrier->uses);
	carrier_done(carrier);
}

static void send_begin(struct carrier *carrier)
{
	struct uses *uses = &carrier->uses;
	struct hub_statement statements[1 + CARRIER_FEW] = { carrier_read_committed() };
	char ats[CARRIER_FEW][NUMBER_TEXT], counts[CARRIER_FEW][NUMBER_TEXT];
	size_t n = uses->n < CARRIER_FEW ? uses->n : CARRIER_FEW;

	if (uses->alone > 0)
		n = 1;
	for (size_t i = 0; i < n; i++) {
		const struct fleet_use *use = &uses->waiting[i];

		statements[1 + i] = (struct hub_statement) { send_sql,
			{ use->issuer, use->id, number_text(ats[i], use->at), use->service,
				use->source, number_text(counts[i], use->uses) },
			0, 0 };
	}
	uses->n_sending = n;
	carrier_run(carrier, statements, 1 + n, true, on_sent);
}

/* One of them was to blame; the others must get through.  If none was, all go again. */
static void send_rejected(struct carrier *carrier, bool contents)
{
	struct uses *uses = &carrier->uses;

	if (contents && uses->n_sending == 1)
		forget_sent(uses);
	else if (contents)
		uses->alone = uses->n_sending;
	uses->n_sending = 0;
}

/* That one goes after the others, unless it is known of a later one of that token. */
static void send_kept_waiting(struct carrier *carrier)
{
	struct uses *uses = &carrier->uses;
	const struct fleet_use first = uses->waiting[0];
	size_t i = 0;

	if (uses->n_sending != 1) {
		send_rejected(carrier, true);
		return;
	}
	forget_sent(uses);
	while (i < uses->n && !same_token(&uses->waiting[i], &first))
		i++;
	if (i == uses->n)
		uses->waiting[uses->n++] = first;
}

const struct job job_send_uses = {
	.name = "sending uses",
	.wanted = send_wanted,
	.begin = send_begin,
	.rejected = send_rejected,
	.kept_waiting = send_kept_waiting,
};

/* --- of others ------------------------------------------------------------------------------- */

static bool take_wanted(struct carrier *carrier)
{
	struct uses *uses = &carrier->uses;

	if (!carrier->self.issuer[0])
		return false;
	if (uses->take_at_us <= carrier_now_us(carrier))
		return true;
	carrier_wake_at(carrier, uses->take_at_us);
	return false;
}

static void look_later(struct carrier *carrier)
{
	carrier->uses.host[0] = carrier->uses.id[0] = '\0';
	carrier->uses.take_at_us = carrier_now_us(carrier) + USES_US;
}

static void on_taken(struct carrier *carrier, struct hub_answer *answer)
{
	struct uses *uses = &carrier->uses;
	const int n = PQntuples(uses->taken);

	(void)answer;
	uses->told &= uses->refused;
	/* What was refused is tried again when all have been looked at, and some time has passed.
	 */
	if (n == CARRIER_FEW) {
		pat_field_cut(uses->host, sizeof(uses->host), hub_text(uses->taken, n - 1, 0));
		pat_field_cut(uses->id, sizeof(uses->id), hub_text(uses->taken, n - 1, 1));
	} else {
		look_later(carrier);
	}
	carrier_done(carrier);
}

static void say_taken(struct carrier *carrier)
{
	struct uses *uses = &carrier->uses;
	struct array columns[3];
	struct hub_statement statements[] = { carrier_read_committed(), { .sql = taken_sql } };

	for (size_t i = 0; i < 3; i++)
		array_begin(&columns[i]);
	for (size_t i = 0; i < uses->n_done; i++) {
		array_add(&columns[0], hub_text(uses->taken, uses->done[i], 0));
		array_add(&columns[1], hub_text(uses->taken, uses->done[i], 1));
		array_add_number(&columns[2], (uint64_t)hub_number(uses->taken, uses->done[i], 6));
	}
	for (size_t i = 0; i < 3; i++)
		statements[1].values[i] = array_end(&columns[i]);
	carrier_run(carrier, statements, 2, true, on_taken);
	for (size_t i = 0; i < 3; i++)
		free(columns[i].text);
}

static void put_next(struct carrier *carrier);

static void on_put(struct carrier *carrier, const struct fleet_message *answer)
{
	struct uses *uses = &carrier->uses;

	const struct fleet_refusal *refusal = carrier_refusal(answer);

	if (refusal) {
		if (!uses->told)
			log_warning("a use of %s was not taken: %s",
				hub_text(uses->taken, uses->next - 1, 1), refusal->why);
		uses->refused = uses->told = true;
	}
	/* Of a token that was deleted, say, it never will be; of one that is to be taken over it
	 * will. */
	if ((!refusal || (!refusal->again && carrier_has_own_rows(carrier))) &&
		uses->n_done < CARRIER_FEW)
		uses->done[uses->n_done++] = uses->next - 1;
	put_next(carrier);
}

/* False: the hub has what is none. */
static bool fill(struct fleet_use *use, const char *issuer, const PGresult *taken, int row)
{
	const char *id = hub_text(taken, row, 1);

	use->at = (uint64_t)hub_number(taken, row, 2);
	use->uses = (uint64_t)hub_number(taken, row, 5);
	shown_ascii(use->service, sizeof(use->service), hub_text(taken, row, 3));
	shown_ascii(use->source, sizeof(use->source), hub_text(taken, row, 4));
	pat_field_cut(use->issuer, sizeof(use->issuer), issuer);
	return pat_id_valid(id) && pat_field_set(use->id, sizeof(use->id), id) &&
	       hub_text(taken, row, 0)[0] != '\0' &&
	       pat_field_set(use->host, sizeof(use->host), hub_text(taken, row, 0));
}

static void put_next(struct carrier *carrier)
{
	struct uses *uses = &carrier->uses;
	void *body = patd_link_message(carrier->link, FLEET_PUT_USE)->body;
	struct fleet_use *use = body;

	while (uses->next < PQntuples(uses->taken)) {
		if (!fill(use, carrier->self.issuer, uses->taken, uses->next++))
			continue;
		carrier_ask(carrier, sizeof(*use), KIND(FLEET_DONE) | KIND(FLEET_REFUSED), on_put);
		return;
	}
	say_taken(carrier);
}

static void on_uses(struct carrier *carrier, struct hub_answer *answer)
{
	struct uses *uses = &carrier->uses;

	if (PQntuples(answer->results[0]) == 0) {
		look_later(carrier);
		carrier_done(carrier);
		return;
	}
	uses->taken = carrier_take(answer, 0);
	uses->next = 0;
	uses->n_done = 0;
	uses->refused = false;
	put_next(carrier);
}

static void take_begin(struct carrier *carrier)
{
	const struct hub_statement statement = { take_sql, { carrier->uses.host, carrier->uses.id },
		7, HUB_UP_TO(CARRIER_FEW) };

	carrier_run(carrier, &statement, 1, true, on_uses);
}

const struct job job_take_uses = {
	.name = "taking uses",
	.wanted = take_wanted,
	.begin = take_begin,
};
