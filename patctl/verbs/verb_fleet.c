/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl fleet: this machine in its fleet, the other machines, and the key that it signs with. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/cli/argument.h"
#include "patctl/client/client.h"
#include "patctl/print/json.h"
#include "patctl/print/output_context.h"
#include "patctl/print/text_table.h"
#include "patctl/verbs/fleet_words.h"
#include "patctl/verbs/select.h"

enum word {
	WORD_STATUS,
	WORD_HOSTS,
	WORD_NEW_KEY,
	WORDS
};

const char *const fleet_words[WORDS + 1] = { "status", "hosts", "new-key", NULL };

static char *format_number(uint64_t number)
{
	return text_format("%" PRIu64, number);
}

/* "-": there is none. */
static char *format_when(const struct output_context *context, uint64_t at)
{
	if (at == 0)
		return text_format("-");
	return context->terminal ? timestamp_short_age(at, context->now) : timestamp_utc(at);
}

static void add_text(struct text_table *table, const char *text)
{
	cleanup_text char *safe = text_safe(*text != '\0' ? text : "-");

	text_table_add(table, text_of_known_width(safe), NULL);
}

static struct text_table *new_table(const char *const *headings, size_t n, bool legend)
{
	static const char *translated[8];

	for (size_t i = 0; i < n; i++)
		translated[i] = _(headings[i]);
	return text_table_new(translated, n, legend);
}

static void print_table(struct text_table *table)
{
	text_table_print(table, stdout);
	text_table_free(table);
}

/* --- status --- */

static void print_line(const char *label, const char *text)
{
	static const char *const labels[] = { N_("Host:"), N_("Issuer:"), N_("Key:"),
		N_("Next key:"), N_("Latest row:"), N_("Hub:"), N_("Error:") };
	cleanup_text char *padded = NULL, *safe = text_safe(text);
	size_t width = 0;

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		width = text_wider(width, _(labels[i]));
	padded = text_pad(_(label), width);
	(void)printf("%s %s\n", padded, safe);
}

static char *hub_text(const struct output_context *context, const struct answer_fleet *fleet)
{
	cleanup_text char *since = format_time_and_age(context, fleet->since);

	if (!fleet->hub)
		return text_format("%s", _("not set in patd.conf"));
	if (!fleet->attached)
		return text_format("%s", _("not known: patd-fleet is not running"));
	if (fleet->since == 0)
		return text_format("%s", _("not connected yet"));
	return text_format(
		fleet->connected ? _("connected since %s") : _("not connected since %s"), since);
}

static void print_issuers(
	const struct output_context *context, const struct records *issuers, bool legend)
{
	static const char *const headings[] = { N_("ISSUER"), N_("STATE"), N_("TOKENS"),
		N_("NUMBER"), N_("LAST"), N_("HEARTBEAT") };
	const struct fleet_issuer_row *rows = issuers->items;
	struct text_table *table =
		new_table(headings, sizeof(headings) / sizeof(headings[0]), legend);

	for (size_t i = 0; i < issuers->n; i++) {
		add_text(table, rows[i].name);
		add_text(table, text_translated(rows[i].standing));
		text_table_add(table, format_number(rows[i].tokens), NULL);
		text_table_add(table, format_number(rows[i].number), NULL);
		text_table_add(table, format_number(rows[i].last), NULL);
		text_table_add(table, format_when(context, rows[i].beat_at), NULL);
	}
	print_table(table);
}

static void print_status(const struct command *command, const struct answer_fleet *fleet,
	const struct records *issuers)
{
	const struct output_context context = output_context_for(NULL);
	cleanup_text char *hub = hub_text(&context, fleet), *last = format_number(fleet->last);

	print_line(N_("Host:"), fleet->host);
	if (fleet->issuer[0] != '\0') {
		print_line(N_("Issuer:"), fleet->issuer);
		print_line(N_("Key:"), fleet->key);
		print_line(N_("Next key:"), fleet->next_key);
		print_line(N_("Latest row:"), last);
	} else {
		print_line(N_("Issuer:"), _("this machine issues no fleet tokens"));
	}
	print_line(N_("Hub:"), hub);
	if (fleet->hub && fleet->error[0] != '\0')
		print_line(N_("Error:"), fleet->error);
	if (issuers->n > 0)
		(void)putchar('\n');
	print_issuers(&context, issuers, !command_given(command, &option_no_legend));
}

static json_t *issuer_json(const struct fleet_issuer_row *issuer)
{
	return json_must(json_pack("{s:s, s:s, s:b, s:I, s:I, s:I, s:o}", "name", issuer->name,
		"standing", issuer->standing, "complete", issuer->complete, "tokens",
		(json_int_t)issuer->tokens, "number", (json_int_t)issuer->number, "last",
		(json_int_t)issuer->last, "beat_at", json_of_nonzero(issuer->beat_at)));
}

static void print_status_json(const struct answer_fleet *fleet, const struct records *issuers)
{
	const bool issues = fleet->issuer[0] != '\0';
	const struct fleet_issuer_row *rows = issuers->items;
	json_t *list = json_must(json_array());

	for (size_t i = 0; i < issuers->n; i++)
		json_append(list, issuer_json(&rows[i]));
	json_line(json_must(json_pack("{s:s, s:o, s:o, s:o, s:o, s:b, s:b, s:b, s:o, s:o, s:o}",
		"host", fleet->host, "issuer", json_of_text(fleet->issuer), "key",
		json_of_text(fleet->key), "next_key", json_of_text(fleet->next_key), "last",
		issues ? json_must(json_integer((json_int_t)fleet->last)) : json_null(), "hub",
		fleet->hub, "patd_fleet", fleet->attached, "connected", fleet->connected, "since",
		json_of_nonzero(fleet->since), "error", json_of_text(fleet->error), "issuers",
		list)));
}

static enum outcome status(const struct command *command, struct client *client)
{
	cleanup_records struct records issuers = { 0 };
	DBusError error = DBUS_ERROR_INIT;
	struct answer_fleet fleet;

	if (!client_fleet(client, &fleet, &issuers, &error))
		return outcome_fail(NULL, &error);
	if (command_given(command, &option_json)) {
		print_status_json(&fleet, &issuers);
		return OUTCOME_DONE;
	}
	command_page(command);
	print_status(command, &fleet, &issuers);
	return OUTCOME_DONE;
}

/* --- hosts --- */

/* Beyond it the numbers began anew in between, as after a restore: they count no rows there. */
#define BEHIND_MAX 1000000U

/* How many rows a host lacks, as far as that is known here. */
static char *format_behind(const struct fleet_host_row *host)
{
	const uint64_t behind = host->number < host->last ? host->last - host->number : 0;

	if (host->last == 0)
		return text_format("-");
	return behind > BEHIND_MAX ? text_format("%s", _("yes")) : format_number(behind);
}

static void print_hosts(const struct command *command, const struct records *hosts, bool connected)
{
	static const char *const headings[] = { N_("HOST"), N_("SEEN"), N_("ISSUER"), N_("NUMBER"),
		N_("BEHIND") };
	const struct output_context context = output_context_for(NULL);
	const struct fleet_host_row *rows = hosts->items;
	struct text_table *table = new_table(headings, sizeof(headings) / sizeof(headings[0]),
		!command_given(command, &option_no_legend));

	for (size_t i = 0; i < hosts->n; i++) {
		add_text(table, rows[i].host);
		text_table_add(table, format_when(&context, rows[i].seen_at), NULL);
		add_text(table, rows[i].issuer);
		text_table_add(table, format_number(rows[i].number), NULL);
		text_table_add(table, format_behind(&rows[i]), NULL);
	}
	if (hosts->n == 0 && connected && context.terminal &&
		!command_given(command, &option_quiet))
		note(_("No machines are known: see patctl fleet status.\n"));
	print_table(table);
}

static void print_hosts_json(const struct records *hosts)
{
	const struct fleet_host_row *rows = hosts->items;
	struct json_list list = { 0 };

	for (size_t i = 0; i < hosts->n; i++)
		json_list_record(&list, hosts->table, &rows[i]);
	json_list_end(&list);
}

/* What was printed, if anything, is of before. */
static enum outcome complain_of_hub(const struct answer_fleet *fleet)
{
	const struct output_context context = output_context_for(NULL);
	const bool why = fleet->hub && fleet->error[0] != '\0';
	cleanup_text char *hub = hub_text(&context, fleet);

	(void)fflush(stdout);
	complain("%s %s%s%s", _("Hub:"), hub, why ? ": " : "", why ? fleet->error : "");
	return OUTCOME_FAILED;
}

static enum outcome hosts(const struct command *command, struct client *client)
{
	cleanup_records struct records hosts = { 0 }, issuers = { 0 };
	DBusError error = DBUS_ERROR_INIT;
	struct answer_fleet fleet;

	if (!client_fleet(client, &fleet, &issuers, &error) ||
		!client_fleet_hosts(client, &hosts, &error))
		return outcome_fail(NULL, &error);
	/* Of a hub that patd.conf names no more. */
	if (!fleet.hub)
		records_clear(&hosts);
	if (command_given(command, &option_json)) {
		print_hosts_json(&hosts);
	} else {
		if (hosts.n > 0)
			command_page(command);
		print_hosts(command, &hosts, fleet.connected);
	}
	return fleet.hub && fleet.connected ? OUTCOME_DONE : complain_of_hub(&fleet);
}

/* --- the key --- */

/* Refuses without a yes; *ret_outcome says how. */
static bool confirm_new_key(const struct command *command, enum outcome *ret_outcome)
{
	if (command_given(command, &option_yes))
		return true;
	*ret_outcome = OUTCOME_DECLINED;
	if (!terminal_can_ask()) {
		complain(_("not a terminal; use --yes to take a new key without confirmation"));
		return false;
	}
	if (terminal_confirm(_("From now on this machine signs with the next key.  Where patd.conf "
			       "of another\nlacks it, its tokens are refused after max_staleness.  "
			       "Continue?")))
		return true;
	complain(_("nothing was changed"));
	return false;
}

static enum outcome new_key(const struct command *command, struct client *client)
{
	DBusError error = DBUS_ERROR_INIT;
	char key[ANSWER_KEY_SIZE];
	enum outcome outcome;

	if (!confirm_new_key(command, &outcome))
		return outcome;
	if (!client_fleet_new_key(client, key, &error))
		return outcome_fail(NULL, &error);
	if (command_given(command, &option_json))
		json_line(json_must(json_pack("{s:s}", "key", key)));
	else
		(void)printf("%s\n", key);
	if (!command_given(command, &option_quiet))
		note(_("All other machines need this key in patd.conf.  When they have it, remove\n"
		       "the former one there.\n"));
	return OUTCOME_DONE;
}

static enum outcome run(const struct command *command)
{
	static enum outcome (*const runs[WORDS])(
		const struct command *command, struct client *client) = { status, hosts, new_key };
	const char *word = command->n_operands > 0 ? command->operands[0] : fleet_words[0];
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = NULL;
	cleanup_text char *safe = text_safe(word);

	for (size_t i = 0; i < WORDS; i++) {
		if (strcmp(fleet_words[i], word) != 0)
			continue;
		client = client_new(NULL, false, &error);
		return client ? runs[i](command, client) : outcome_fail(NULL, &error);
	}
	complain(_("unknown operand '%s'; it is status, hosts or new-key"), safe);
	return OUTCOME_USAGE;
}

const struct verb verb_fleet = { "fleet", "[WHAT]", run,
	N_("show the fleet of machines that share tokens"),
	OPTIONS(&option_yes, &option_json, &option_output, &option_no_legend, &option_quiet,
		&option_no_pager),
	{ N_("Without WHAT, or with status, shows this machine in its fleet: the names that it\n"
	     "has there, the public key with which it signs as an issuer, and the next one,\n"
	     "whether patd-fleet(8) is connected to the hub, and how the issuers stand that it\n"
	     "trusts.  Root only.\n"),
		N_("hosts lists the machines that the hub knows, with when each was last seen, and\n"
		   "how many rows of each issuer it lacked then.  Fails if the hub is not connected.\n"),
		N_("new-key has this issuer sign with the next key from now on, and prints it:\n"
		   "patd.conf of the other machines needs it, best before that.  Asks for\n"
		   "confirmation; without a terminal, --yes is required.\n") },
	"  sudo patctl fleet\n"
	"  sudo patctl fleet hosts --json\n",
	.synonyms = { "cluster", "hosts", "issuers" } };
