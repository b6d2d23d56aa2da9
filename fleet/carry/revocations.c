/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests to revoke tokens: of this machine to the hub, and of others to this issuer. */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/name.h"
#include "common/token_format.h"
#include "common/wire.h"
#include "fleet/carry/carrier_private.h"
#include "patd/util/log.h"

/* One that waits for the issuer of the token is enough. */
static const char send_sql[] =
	"INSERT INTO patd_fleet.revocation AS v (host, id, reason) SELECT session_user, $1, $2"
	" WHERE EXISTS (SELECT FROM patd_fleet.row AS r WHERE r.id = $1)"
	" ON CONFLICT (host, id) DO UPDATE SET number = DEFAULT, reason = excluded.reason"
	" WHERE EXISTS (SELECT FROM patd_fleet.revocation_taken AS t"
	" JOIN patd_fleet.row AS r ON r.issuer = t.issuer AND r.id = t.id"
	" WHERE t.host = v.host AND t.id = v.id AND t.number = v.number)";

/* Each issuer does what it can: the token's own revokes it, another signs that it is revoked. */
_Static_assert(CARRIER_FEW == 32, "as the statement says");
static const char take_sql[] =
	"SELECT number, host, id, reason FROM patd_fleet.revocation AS v"
	" WHERE number > $1::bigint AND NOT EXISTS (SELECT FROM patd_fleet.revocation_taken AS t"
	" WHERE t.issuer = session_user AND t.host = v.host AND t.id = v.id"
	" AND t.number = v.number) ORDER BY number LIMIT 32";

static const char taken_sql[] =
	"INSERT INTO patd_fleet.revocation_taken (issuer, host, id, number)"
	" SELECT session_user, v.host, v.id, v.number FROM patd_fleet.revocation AS v"
	" WHERE v.number = ANY ($1::bigint[])"
	" ON CONFLICT (issuer, host, id) DO UPDATE SET number = excluded.number";

/* --- of this machine ------------------------------------------------------------------------- */

void revocations_add(struct carrier *carrier, const struct fleet_revocation *revocation)
{
	struct revocations *revocations = &carrier->revocations;

	for (size_t i = revocations->n_sending; i < revocations->n; i++)
		if (memcmp(revocations->waiting[i].id, revocation->id, sizeof(revocation->id)) == 0)
			return;
	/* patd says all of them again with each greeting, until they are signed. */
	if (revocations->n == CARRIER_WAITING) {
		if (!revocations->lost)
			log_warning("too many requests to revoke tokens; some go later");
		revocations->lost = true;
		return;
	}
	revocations->waiting[revocations->n] = *revocation;
	/* The database takes only what is text. */
	if (pat_name_problem(revocation->reason))
		memset(revocations->waiting[revocations->n].reason, 0, sizeof(revocation->reason));
	revocations->n++;
}

static bool send_wanted(struct carrier *carrier)
{
	return carrier->revocations.n > 0;
}

static void forget_sent(struct revocations *revocations)
{
	const size_t sent = revocations->n_sending;

	revocations->n -= sent;
	memmove(revocations->waiting, revocations->waiting + sent,
		revocations->n * sizeof(revocations->waiting[0]));
	revocations->alone -= revocations->alone < sent ? revocations->alone : sent;
	revocations->n_sending = 0;
}

static void on_sent(struct carrier *carrier, struct hub_answer *answer)
{
	(void)answer;
	forget_sent(&carrier->revocations);
	if (carrier->revocations.n == 0)
		carrier->revocations.lost = false;
	carrier_notify(carrier, HUB_CHANNEL_REQUESTS, "", carrier_done);
}

static void send_begin(struct carrier *carrier)
{
	struct revocations *revocations = &carrier->revocations;
	struct hub_statement statements[CARRIER_FEW];
	size_t n = revocations->n < CARRIER_FEW ? revocations->n : CARRIER_FEW;

	if (revocations->alone > 0)
		n = 1;
	for (size_t i = 0; i < n; i++)
		statements[i] = (struct hub_statement) { send_sql,
			{ revocations->waiting[i].id, revocations->waiting[i].reason }, 0, 0 };
	revocations->n_sending = n;
	carrier_run(carrier, statements, n, true, on_sent);
}

/* One of them was to blame; the others must get through.  If none was, all go again. */
static void send_rejected(struct carrier *carrier, bool contents)
{
	struct revocations *revocations = &carrier->revocations;

	if (contents && revocations->n_sending == 1)
		forget_sent(revocations);
	else if (contents)
		revocations->alone = revocations->n_sending;
	revocations->n_sending = 0;
}

/* That one goes after the others. */
static void send_kept_waiting(struct carrier *carrier)
{
	struct revocations *revocations = &carrier->revocations;
	const struct fleet_revocation first = revocations->waiting[0];

	if (revocations->n_sending == 1) {
		forget_sent(revocations);
		revocations_add(carrier, &first);
	} else {
		send_rejected(carrier, true);
	}
}

const struct job job_send_revocations = {
	.name = "asking to revoke",
	.wanted = send_wanted,
	.begin = send_begin,
	.rejected = send_rejected,
	.kept_waiting = send_kept_waiting,
};

/* --- of others ------------------------------------------------------------------------------- */

static bool take_wanted(struct carrier *carrier)
{
	return carrier->revocations.take_wanted && carrier->self.issuer[0] &&
	       !publish_comes_first(carrier);
}

static void on_taken(struct carrier *carrier, struct hub_answer *answer)
{
	struct revocations *revocations = &carrier->revocations;
	const int n = PQntuples(revocations->taken);

	(void)answer;
	revocations->told &= revocations->refused;
	/* What was refused is tried again when all have been looked at, and some time has passed.
	 */
	if (n == CARRIER_FEW) {
		revocations->place = (uint64_t)hub_number(revocations->taken, n - 1, 0);
	} else {
		revocations->place = 0;
		revocations->take_wanted = revocations->woken;
	}
	carrier_done(carrier);
}

static void say_taken(struct carrier *carrier)
{
	struct revocations *revocations = &carrier->revocations;
	struct array numbers;

	array_begin(&numbers);
	for (size_t i = 0; i < revocations->n_done; i++)
		array_add_number(&numbers, revocations->done[i]);
	const struct hub_statement statement = { taken_sql, { array_end(&numbers) }, 0, 0 };

	carrier_run(carrier, &statement, 1, true, on_taken);
	free(numbers.text);
}

static void put_next(struct carrier *carrier);

static void on_put(struct carrier *carrier, const struct fleet_message *answer)
{
	struct revocations *revocations = &carrier->revocations;
	const struct fleet_refusal *refusal = carrier_refusal(answer);
	const int row = revocations->next - 1;

	if (refusal) {
		if (!revocations->told)
			log_warning("a request to revoke %s was not taken: %s",
				hub_text(revocations->taken, row, 2), refusal->why);
		revocations->refused = revocations->told = true;
	}
	if ((!refusal || (!refusal->again && carrier_has_all_rows(carrier))) &&
		revocations->n_done < CARRIER_FEW)
		revocations->done[revocations->n_done++] =
			(uint64_t)hub_number(revocations->taken, row, 0);
	put_next(carrier);
}

/* False: the hub has what is none. */
static bool fill(struct fleet_revocation *request, const PGresult *taken, int row)
{
	const char *id = hub_text(taken, row, 2), *reason = hub_text(taken, row, 3);

	pat_field_cut(
		request->reason, sizeof(request->reason), pat_name_problem(reason) ? "" : reason);
	return pat_id_valid(id) && pat_field_set(request->id, sizeof(request->id), id) &&
	       hub_text(taken, row, 1)[0] != '\0' &&
	       pat_field_set(request->host, sizeof(request->host), hub_text(taken, row, 1));
}

static void put_next(struct carrier *carrier)
{
	struct revocations *revocations = &carrier->revocations;
	void *body = patd_link_message(carrier->link, FLEET_PUT_REVOCATION)->body;
	struct fleet_revocation *request = body;

	while (revocations->next < PQntuples(revocations->taken)) {
		if (!fill(request, revocations->taken, revocations->next++))
			continue;
		carrier_ask(
			carrier, sizeof(*request), KIND(FLEET_DONE) | KIND(FLEET_REFUSED), on_put);
		return;
	}
	say_taken(carrier);
}

static void on_requests(struct carrier *carrier, struct hub_answer *answer)
{
	struct revocations *revocations = &carrier->revocations;

	revocations->taken = carrier_take(answer, 0);
	revocations->next = 0;
	revocations->n_done = 0;
	revocations->refused = false;
	put_next(carrier);
}

static void take_begin(struct carrier *carrier)
{
	struct revocations *revocations = &carrier->revocations;
	char number[NUMBER_TEXT];
	const struct hub_statement statement = { take_sql,
		{ number_text(number, revocations->place) }, 4, HUB_UP_TO(CARRIER_FEW) };

	if (revocations->place == 0)
		revocations->woken = false;
	carrier_run(carrier, &statement, 1, true, on_requests);
}

const struct job job_take_revocations = {
	.name = "taking requests to revoke",
	.wanted = take_wanted,
	.begin = take_begin,
};
