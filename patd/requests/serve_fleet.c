/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fleet as this machine knows it, and the key that it signs with. */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "common/l10n.h"
#include "patd/requests/handlers.h"
#include "patd/requests/requests_private.h"
#include "patd/tokens/tokens_fleet.h"
#include "protocol/rows.h"

_Static_assert(ANSWER_KEY_SIZE >= sodium_base64_ENCODED_LEN(
					  FLEET_PUBLIC_KEY_LEN, sodium_base64_VARIANT_ORIGINAL),
	"a key fits");

typedef int (*key_fn)(struct tokens *tokens, uint8_t ret[static FLEET_PUBLIC_KEY_LEN]);

/* As patd.conf of others has it; "" if this machine is no issuer. */
static int fill_key(struct tokens *tokens, key_fn key_of, char ret_key[static ANSWER_KEY_SIZE])
{
	uint8_t key[FLEET_PUBLIC_KEY_LEN];
	int r = key_of(tokens, key);

	if (r == 0)
		sodium_bin2base64(
			ret_key, ANSWER_KEY_SIZE, key, sizeof(key), sodium_base64_VARIANT_ORIGINAL);
	return r == -ENOENT ? 0 : r;
}

static enum progress refuse_storage(struct work *work)
{
	return work_refuse_for(
		work, PAT_ERR_STORAGE, N_("the database cannot be read; see the log of patd"));
}

static int add_issuer(const struct fleet_state *state, void *userdata)
{
	struct rows *rows = userdata;
	struct tokens *tokens = tokens_of(rows->work);
	struct fleet_issuer_row row = {
		.number = state->number,
		.last = state->last,
		.beat_at = state->beat_at,
		.complete = state->complete,
	};
	int r = tokens_fleet_count(tokens, state->issuer, &row.tokens);

	if (r < 0)
		return r;

	pat_field_cut(row.name, sizeof(row.name), state->issuer);
	pat_field_cut(row.standing, sizeof(row.standing),
		verdict_word(tokens_fleet_standing(tokens, state->issuer)));
	rows_add(rows, &fleet_issuer_row_table, &row);
	return 0;
}

static void fill_carrier(const struct fleet_server *server, struct answer_fleet *body)
{
	const struct fleet_report *report;

	if (!server)
		return;
	report = fleet_reports_latest(fleet_server_reports(server));
	body->attached = fleet_server_connected(server);
	body->connected = body->attached && report->connected;
	body->since = report->since;
	pat_field_cut(body->error, sizeof(body->error), report->error);
}

enum progress serve_fleet_status(struct work *work)
{
	struct tokens *tokens = tokens_of(work);
	const struct policy *policy = tokens_policy(tokens);
	struct answer_fleet body = {
		.last = tokens_fleet_last(tokens),
		.hub = policy->hub[0] != '\0',
	};
	struct rows rows = rows_begin(work);
	int r = tokens_fleet_states(tokens, add_issuer, &rows);

	rows_end(&rows);
	if (r < 0 || fill_key(tokens, tokens_fleet_public_key, body.key) < 0 ||
		fill_key(tokens, tokens_fleet_next_key, body.next_key) < 0)
		return refuse_storage(work);
	pat_field_cut(body.host, sizeof(body.host), tokens_fleet_host(tokens));
	pat_field_cut(body.issuer, sizeof(body.issuer), policy->issuer);
	fill_carrier(work->peer->requests->context.fleet, &body);
	return work_done(work, &body, sizeof(body), -1);
}

/* --- hosts --- */

/* How far a listing is; the report may be another one in the next turn. */
struct hosts_listed {
	size_t n;
	bool begun;
	/* The latest number of each issuer, as far as it is known here. */
	struct latest {
		char issuer[FLEET_NAME_LEN_MAX + 1];
		uint64_t last;
	} latest[POLICY_ISSUERS_MAX + 1];
	size_t issuers;
};

static int add_latest(const struct fleet_state *state, void *userdata)
{
	struct hosts_listed *listed = userdata;
	struct latest *latest = &listed->latest[listed->issuers];

	if (listed->issuers == POLICY_ISSUERS_MAX)
		return 1;
	pat_field_cut(latest->issuer, sizeof(latest->issuer), state->issuer);
	latest->last = state->last;
	listed->issuers++;
	return 0;
}

/* Also of this machine, if it is one. */
static int find_latest(struct tokens *tokens, struct hosts_listed *listed)
{
	int r = tokens_fleet_states(tokens, add_latest, listed);
	struct latest *latest = &listed->latest[listed->issuers];

	if (r < 0)
		return r;
	pat_field_cut(latest->issuer, sizeof(latest->issuer), tokens_policy(tokens)->issuer);
	latest->last = tokens_fleet_last(tokens);
	listed->issuers++;
	listed->begun = true;
	return 0;
}

static uint64_t latest_of(const struct hosts_listed *listed, const char *issuer)
{
	for (size_t i = 0; i < listed->issuers && *issuer != '\0'; i++)
		if (strcmp(listed->latest[i].issuer, issuer) == 0)
			return listed->latest[i].last;
	return 0;
}

/* Some in a turn. */
enum progress serve_fleet_hosts(struct work *work)
{
	const struct fleet_server *server = work->peer->requests->context.fleet;
	struct hosts_listed *listed = work_state(work, sizeof(*listed));
	const struct fleet_host *hosts = NULL;
	struct rows rows = rows_begin(work);
	size_t n = 0, end;

	if (!listed)
		return WORK_ANSWERED;
	if (!listed->begun && find_latest(tokens_of(work), listed) < 0)
		return refuse_storage(work);
	if (server)
		hosts = fleet_reports_hosts(fleet_server_reports(server), &n);
	end = listed->n + work->effort;
	for (; listed->n < n && listed->n < end; listed->n++) {
		const struct fleet_host *host = &hosts[listed->n];
		struct fleet_host_row row = {
			.seen_at = host->seen_at,
			.number = host->number,
			.last = latest_of(listed, host->issuer),
		};

		pat_field_cut(row.host, sizeof(row.host), host->host);
		pat_field_cut(row.issuer, sizeof(row.issuer), host->issuer);
		rows_add(&rows, &fleet_host_row_table, &row);
	}
	rows_end(&rows);
	return listed->n < n ? WORK_GOES_ON : work_done(work, NULL, 0, -1);
}

enum progress serve_fleet_new_key(struct work *work)
{
	struct answer_fleet_key body = { 0 };
	const enum pat_error error =
		tokens_fleet_new_key(tokens_of(work), &work->caller, &work->refusal);

	if (error != PAT_OK)
		return work_refuse(work, error);
	/* It learns of the key with its next greeting, and has all signed anew. */
	fleet_server_renew(work->peer->requests->context.fleet);
	if (fill_key(tokens_of(work), tokens_fleet_public_key, body.key) < 0)
		return refuse_storage(work);
	return work_done(work, &body, sizeof(body), -1);
}
