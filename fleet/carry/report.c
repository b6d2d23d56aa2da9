/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How this machine stands, to the hub; and how the hub and all hosts stand, to patd. */
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "common/wire.h"
#include "fleet/base/shown.h"
#include "fleet/carry/carrier_private.h"
#include "patd/util/log.h"

static const char own_sql[] =
	"INSERT INTO patd_fleet.host AS h (host, issuer, number, complete)"
	" SELECT session_user, n.issuer, n.number, n.complete"
	" FROM unnest($1::text[], $2::bigint[], $3::boolean[]) AS n (issuer, number, complete)"
	" ON CONFLICT (host, issuer) DO UPDATE SET number = excluded.number,"
	" complete = excluded.complete";

static const char all_sql[] =
	"SELECT host, extract(epoch FROM seen_at)::bigint, issuer, number FROM patd_fleet.host"
	" ORDER BY host, issuer LIMIT 4096";
#define HOSTS_MAX 4096 /* as the statement says */

void report_connection(struct carrier *carrier, const char *why)
{
	struct reporting *reporting = &carrier->reporting;
	const bool connected = why == NULL;

	reporting->wanted = true;
	if (reporting->since == 0 || reporting->connected != connected)
		reporting->since = (uint64_t)time(NULL);
	reporting->connected = connected;
	shown_ascii(reporting->error, sizeof(reporting->error), why ? why : "");
	(void)sd_notifyf(0, "STATUS=%s%s",
		connected ? "Connected to the hub" : "No hub: ", reporting->error);
	if (connected)
		log_info("connected to the hub");
	else if (!reporting->told)
		log_warning("no connection to the hub (%s); trying again", reporting->error);
	reporting->told = !connected;
}

static bool wanted(struct carrier *carrier)
{
	return carrier->reporting.wanted;
}

/* --- to patd --------------------------------------------------------------------------------- */

static void on_host_put(struct carrier *carrier, const struct fleet_message *answer)
{
	struct reporting *reporting = &carrier->reporting;
	void *body;
	struct fleet_host *host;
	const int row = reporting->next;

	/* What it will not have is left out. */
	(void)answer;
	if (row >= PQntuples(reporting->hosts)) {
		carrier_done(carrier);
		return;
	}
	reporting->next++;
	body = patd_link_message(carrier->link, FLEET_PUT_HOST)->body;
	host = body;
	shown_ascii(host->host, sizeof(host->host), hub_text(reporting->hosts, row, 0));
	shown_ascii(host->issuer, sizeof(host->issuer), hub_text(reporting->hosts, row, 2));
	host->seen_at = (uint64_t)hub_number(reporting->hosts, row, 1);
	host->number = (uint64_t)hub_number(reporting->hosts, row, 3);
	carrier_ask(carrier, sizeof(*host), KIND(FLEET_DONE) | KIND(FLEET_REFUSED), on_host_put);
}

static void put_report(struct carrier *carrier)
{
	struct reporting *reporting = &carrier->reporting;
	void *body = patd_link_message(carrier->link, FLEET_PUT_REPORT)->body;
	struct fleet_report *report = body;

	report->since = reporting->since;
	report->connected = reporting->connected;
	report->hosts = (uint32_t)PQntuples(reporting->hosts);
	pat_field_cut(report->error, sizeof(report->error), reporting->error);
	reporting->next = 0;
	carrier_ask(carrier, sizeof(*report), KIND(FLEET_DONE), on_host_put);
}

/* --- to the hub ------------------------------------------------------------------------------ */

static void on_hosts(struct carrier *carrier, struct hub_answer *answer)
{
	carrier->reporting.hosts = carrier_take(answer, 0);
	put_report(carrier);
}

/* Rows that the hub should have. */
static bool lacks_rows(const struct carrier *carrier)
{
	bool lacks = false;

	for (size_t i = 0; i < carrier->n_issuers; i++)
		lacks |= carrier->issuers[i].lacking;
	return lacks;
}

/* In a transaction of its own: that of one's own rows must not fail by what others have written. */
static void read_all(struct carrier *carrier)
{
	const struct hub_statement statement = { all_sql, { NULL }, 4, HUB_UP_TO(HOSTS_MAX) };

	carrier_run(carrier, &statement, 1, true, on_hosts);
}

static void own_written(struct carrier *carrier, struct hub_answer *answer)
{
	(void)answer;
	if (lacks_rows(carrier))
		carrier_notify(carrier, HUB_CHANNEL_REQUESTS, "incomplete", read_all);
	else
		read_all(carrier);
}

struct own_rows {
	struct array issuers, numbers, complete;
};

static void add(struct own_rows *own, const char *issuer, uint64_t number, bool complete)
{
	array_add(&own->issuers, issuer);
	array_add_number(&own->numbers, number);
	array_add(&own->complete, complete ? "t" : "f");
}

static void list_own(const struct carrier *carrier, struct own_rows *own)
{
	for (size_t i = 0; i < carrier->n_issuers; i++) {
		const struct trusted *issuer = &carrier->issuers[i];

		add(own, issuer->state.name, issuer->state.number, !issuer->lacking);
	}
	if (carrier->self.issuer[0])
		add(own, carrier->self.issuer, carrier->self.last, true);
	/* A host that trusts nobody is one as well. */
	else if (carrier->n_issuers == 0)
		add(own, "", 0, true);
}

static void write_own(struct carrier *carrier)
{
	struct own_rows own;

	array_begin(&own.issuers);
	array_begin(&own.numbers);
	array_begin(&own.complete);
	list_own(carrier, &own);
	const struct hub_statement statement = { own_sql,
		{ array_end(&own.issuers), array_end(&own.numbers), array_end(&own.complete) }, 0,
		0 };

	carrier_run(carrier, &statement, 1, true, own_written);
	free(own.issuers.text);
	free(own.numbers.text);
	free(own.complete.text);
}

static void begin(struct carrier *carrier)
{
	carrier->reporting.wanted = false;
	if (carrier->entered)
		write_own(carrier);
	else
		put_report(carrier);
}

const struct job job_report = {
	.name = "reporting",
	.wanted = wanted,
	.begin = begin,
	.without_hub = true,
};
