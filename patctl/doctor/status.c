/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * patctl status: what is known at once.  No check of it runs PAM, reads the history or asks for a
 * password; patctl doctor does the rest.
 */
#include "patctl/doctor/status.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/verb.h"

#define BUS_LIMIT 1000  /* milliseconds for the bus to say since when patd runs */
#define COUNT_LIMIT 1.0 /* seconds for counting tokens */

/* What the collecting functions share. */
struct survey {
	struct status *status;
	struct doctor *doctor;
	struct client *client;
	uint64_t now;
};

static double seconds(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* --- tokens --- */

static void add_ending(struct survey *survey, const struct token_row *token)
{
	struct status *status = survey->status;
	const enum status_end end = status_end(token, survey->now);
	const bool expired = end == STATUS_END_LATELY;

	if (end == STATUS_END_NONE)
		return;
	status->endings = must_alloc(
		reallocarray(status->endings, status->n_endings + 1, sizeof(*status->endings)));
	status->endings[status->n_endings++] = (struct status_ending) {
		.id = token->id,
		.name = text_format("%s", token->name),
		.at = token->expires_at,
	};
	if (status_end_is_meant(token))
		return;
	found(survey->doctor, LEVEL_WARNING, "token",
		expired ? _("if it is still needed, generate another; else delete it")
			: _("if it is still needed: patctl rotate TOKEN --expires=WHEN"),
		expired ? _("%s (%s) has expired") : _("%s (%s) expires soon"), token->name,
		token->id.text);
}

/* Of the caller, or with all of all users.  False with *error set. */
static bool count_tokens(struct survey *survey, bool all, DBusError *error)
{
	struct status_counts *counts = all ? &survey->status->machine : &survey->status->own;
	const struct client_filter filter = { .all = all };
	const double end = seconds() + COUNT_LIMIT;
	cleanup_records struct records page = { 0 };
	cleanup_text char *cursor = NULL;

	do {
		const struct token_row *tokens;

		if (!client_list(survey->client, &filter, &cursor, &page, error))
			return false;
		if (all)
			counts->states[STATUS_ALTERED] += client_listed_damaged(survey->client);
		if (cursor)
			client_list_ahead(survey->client, &filter, cursor);
		tokens = page.items;
		for (size_t i = 0; i < page.n; i++) {
			status_count(counts, &tokens[i]);
			if (!all)
				add_ending(survey, &tokens[i]);
		}
		page.n = 0;
		counts->partial = cursor != NULL;
	} while (cursor && seconds() < end);
	return true;
}

static void judge_tokens(struct survey *survey)
{
	const struct status *status = survey->status;
	const uint64_t *own = status->own.states;
	const uint64_t altered =
		status->is_root ? status->machine.states[STATUS_ALTERED] : own[STATUS_ALTERED];

	if (altered > 0)
		found(survey->doctor, LEVEL_PROBLEM, "token",
			status->is_root ? _("see: patctl doctor") : _("tell an administrator"),
			P_("%" PRIu64 " token was altered outside of patd, which refuses it",
				"%" PRIu64 " tokens were altered outside of patd, which refuses "
				"them",
				(unsigned long)altered),
			altered);
	/* Root sees who is disabled. */
	if (own[STATUS_DISABLED] > 0 && !status->is_root)
		found(survey->doctor, LEVEL_WARNING, "disabled", _("ask an administrator"),
			_("your tokens are disabled"));
}

/* --- the session --- */

static bool find_session(struct survey *survey, DBusError *error)
{
	struct status_session *session = &survey->status->session;
	const struct client_filter filter = { .all = survey->status->is_root,
		.id_prefix = session->given };
	cleanup_records struct records tokens = { 0 };
	cleanup_text char *cursor = NULL;

	if (!session->given || !pat_id_valid(session->given))
		return true;
	do {
		if (!client_list(survey->client, &filter, &cursor, &tokens, error))
			return false;
	} while (cursor && tokens.n == 0);
	session->found = tokens.n > 0;
	if (!session->found)
		return true;
	memcpy(&session->token, tokens.items, sizeof(session->token));
	if (strcmp(session->token.state, "revoked") == 0 ||
		strcmp(session->token.state, "altered") == 0)
		found(survey->doctor, LEVEL_WARNING, "session", _("end it if it should not"),
			_("the token of this session is %s; the session goes on"),
			_(session->token.state));
	return true;
}

/* --- the machine --- */

static bool read_disabled(struct survey *survey, DBusError *error)
{
	struct status *status = survey->status;
	const struct disabled_row *rows;

	if (!client_disabled(survey->client, &status->disabled, error))
		return false;
	status->disabled_known = true;
	rows = status->disabled.items;
	for (size_t i = 0; i < status->disabled.n; i++)
		if (rows[i].user[0] == '\0')
			found(survey->doctor, LEVEL_WARNING, "disabled",
				_("to enable them: patctl enable --all"),
				_("the tokens of all users are disabled"));
	return true;
}

/* systemd is asked over the bus, which root's calls to patd do not need. */
static void find_start(struct survey *survey)
{
	const bool here = !survey->status->host;
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *bus = here ? client_new_bus(BUS_LIMIT, &error) : NULL;
	struct client *asked = here ? bus : survey->client;

	if (asked)
		(void)client_started(asked, &survey->status->started, &error);
	dbus_error_free(&error);
}

static bool ask_patd(struct survey *survey, DBusError *error)
{
	const bool is_root = survey->status->is_root;

	if (!count_tokens(survey, false, error))
		return false;
	survey->status->reached = true;
	return find_session(survey, error) &&
	       (!is_root || (count_tokens(survey, true, error) && read_disabled(survey, error)));
}

/* What doctor finds without waiting: of this machine, and mostly for root alone. */
static void ask_doctor(struct survey *survey)
{
	struct doctor *doctor = survey->doctor;

	doctor->client = survey->status->reached ? survey->client : NULL;
	doctor->is_root = geteuid() == 0;
	doctor_time(doctor);
	if (!doctor->is_root)
		return;
	doctor_policy(doctor);
	doctor_database(doctor);
	doctor_history_break(doctor);
	doctor_fleet(doctor);
}

/* --- the verb --- */

static void begin(const struct command *command, struct status *status)
{
	const struct passwd *user;
	const char *given = getenv("PAT_TOKEN_ID");

	status->host = command_value(command, &option_host);
	status->uid = geteuid();
	if (status->host)
		return; /* the user and the environment there are not known */
	user = getpwuid(geteuid());
	status->user = user ? text_format("%s", user->pw_name) : NULL;
	status->is_root = status->uid == 0;
	status->session.given = given && *given != '\0' ? given : NULL;
}

static void clear(struct status *status)
{
	for (size_t i = 0; i < status->n_endings; i++)
		free(status->endings[i].name);
	free(status->endings);
	free(status->user);
	records_clear(&status->disabled);
}

static void print(const struct command *command, const struct status *status)
{
	const struct output_context context = output_context_for(status->host);

	if (command_given(command, &option_json))
		status_print_json(status);
	else if (command_given(command, &option_quiet))
		findings_print(status->findings, true);
	else
		status_print(status, &context);
}

static enum outcome run(const struct command *command)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_sysroot struct sysroot root = { .fd = -1 };
	struct doctor doctor = { .root = &root };
	struct status status = { .findings = &doctor.findings };
	struct survey survey = { &status, &doctor, NULL, (uint64_t)time(NULL) };
	cleanup_client struct client *client = NULL;
	enum outcome outcome = OUTCOME_DONE;

	begin(command, &status);
	client = survey.client = client_new(status.host, false, &error);
	if (!client && status.host)
		return outcome_fail(NULL, &error);
	if (client) {
		status.uid = client_uid(client);
		status.is_root = client_is_root(client);
		(void)ask_patd(&survey, &error);
	}
	judge_tokens(&survey);
	if (status.reached)
		find_start(&survey);
	if (!status.host && sysroot_new(NULL, &root) == 0)
		ask_doctor(&survey);
	findings_keep(&doctor.findings, LEVEL_WARNING);
	print(command, &status);
	(void)fflush(stdout);
	if (dbus_error_is_set(&error))
		outcome = outcome_fail(NULL, &error);
	else if (doctor.findings.n > 0)
		outcome = OUTCOME_FAILED;
	findings_clear(&doctor.findings);
	clear(&status);
	return outcome;
}

const struct verb verb_status = {
	.name = "status",
	.operands = "",
	.run = run,
	.summary = N_("show your session and what needs attention"),
	.options = OPTIONS(&option_host, &option_json, &option_output, &option_quiet),
	.help = { N_("Shows which user you are, by which token this session was opened, how many\n"
		     "tokens you have, and which of them expire within 7 days or have expired in the\n"
		     "last 7.  Root also sees the tokens and the disabled users of the machine, since\n"
		     "when patd runs, and problems that are known without a long check.  All checks\n"
		     "are those of \"patctl doctor\".\n"),
		N_("The token of the session is what the environment says in PAT_TOKEN_ID, which a\n"
		   "session can change; patd is asked whether the token exists.\n"),
		N_("The exit status is 0 if all is well, and 1 if something needs attention, which\n"
		   "is all that --quiet prints.\n") },
	.examples = "  patctl status\n"
		    "  sudo patctl status --quiet\n",
	.synonyms = { "whoami" },
};
