/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl requests, approve and deny: uses of tokens that wait for a person's word. */
#include <stdio.h>
#include <string.h>

#include "common/bus.h"
#include "common/error.h"
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/print/approval_lines.h"
#include "patctl/print/json.h"
#include "patctl/print/json_record.h"
#include "patctl/print/terminal.h"
#include "patctl/verbs/select.h"

static const struct option_info option_follow = { "follow", NULL,
	N_("wait for requests, and ask about each"), 'f' };

struct asking {
	const struct command *command;
	struct client *client;
	bool all; /* of the tokens of all users */
};

static bool list(const struct asking *asking, struct records *ret, DBusError *error)
{
	return client_approvals(asking->client, asking->all, ret, error);
}

static void print(const struct asking *asking, const struct approval *approval)
{
	const struct output_context context =
		output_context_for(command_value(asking->command, &option_host));

	approval_print(approval, &context);
	(void)fflush(stdout);
}

/* Root decides about the requests of all users, as it sees all tokens. */
static bool begin_asking(const struct command *command, struct asking *ret, DBusError *error)
{
	*ret = (struct asking) { .command = command, .client = select_machine(command, error) };
	if (!ret->client)
		return false;
	ret->all = command_given(command, &option_all) || client_is_root(ret->client);
	return true;
}

static enum outcome print_requests(const struct asking *asking)
{
	const struct command *command = asking->command;
	cleanup_records struct records records = { 0 };
	DBusError error = DBUS_ERROR_INIT;
	struct json_list json = { 0 };
	const struct approval *all;

	if (!list(asking, &records, &error))
		return outcome_fail(NULL, &error);
	all = records.items;
	for (size_t i = 0; i < records.n; i++) {
		if (command_given(command, &option_json)) {
			json_list_record(&json, records.table, &all[i]);
			continue;
		}
		if (i > 0)
			(void)putchar('\n');
		print(asking, &all[i]);
	}
	if (command_given(command, &option_json))
		json_list_end(&json);
	else if (records.n == 0 && !command_given(command, &option_quiet))
		note(_("No request is waiting.\n"));
	return OUTCOME_DONE;
}

static enum outcome run_requests(const struct command *command)
{
	DBusError error = DBUS_ERROR_INIT;
	struct asking asking;
	enum outcome outcome;

	if (!begin_asking(command, &asking, &error))
		return outcome_fail(NULL, &error);
	outcome = print_requests(&asking);
	client_free(&asking.client);
	return outcome;
}

static enum outcome answer(const struct asking *asking, const char *id, bool approve)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_text char *safe = text_safe(id);

	if (!client_answer_approval(asking->client, id, approve, &error))
		return outcome_fail(safe, &error);
	if (!command_given(asking->command, &option_quiet))
		(void)printf(
			"%s: %s\n", safe, approve ? _("request approved") : _("request denied"));
	(void)fflush(stdout);
	return OUTCOME_DONE;
}

/* Shows it, and does what the person says. */
static enum outcome ask(const struct asking *asking, const struct approval *approval)
{
	print(asking, approval);
	return answer(asking, approval->id, terminal_confirm(_("Approve?")));
}

/* Without an operand: the one that waits, or on a terminal each. */
static enum outcome answer_all(const struct asking *asking, bool approve)
{
	cleanup_records struct records records = { 0 };
	DBusError error = DBUS_ERROR_INIT;
	enum outcome outcome = OUTCOME_DONE;
	const struct approval *all;

	if (!list(asking, &records, &error))
		return outcome_fail(NULL, &error);
	all = records.items;
	if (records.n == 0) {
		complain(_("no request is waiting"));
		return OUTCOME_FAILED;
	}
	if (approve && !terminal_can_ask()) {
		complain(_("give the ID of the request, as in: %s approve %s"),
			client_self(asking->client), all[0].id);
		return OUTCOME_USAGE;
	}
	for (unsigned int i = 0; i < records.n; i++) {
		const enum outcome one =
			approve ? ask(asking, &all[i]) : answer(asking, all[i].id, false);

		outcome = outcome_join(outcome, i, one);
	}
	return outcome;
}

/* The requests that were asked about, so that none is asked about twice. */
struct asked {
	char ids[64][APPROVAL_ID_LEN + 1];
	size_t next;
};

static bool was_asked(const struct asked *asked, const char *id)
{
	for (size_t i = 0; i < sizeof(asked->ids) / sizeof(asked->ids[0]); i++)
		if (strcmp(asked->ids[i], id) == 0)
			return true;
	return false;
}

static bool ask_new(const struct asking *asking, struct asked *asked, DBusError *error)
{
	cleanup_records struct records records = { 0 };
	const struct approval *all;

	if (!list(asking, &records, error))
		return false;
	all = records.items;
	for (size_t i = 0; i < records.n; i++) {
		if (was_asked(asked, all[i].id))
			continue;
		memcpy(asked->ids[asked->next++ % (sizeof(asked->ids) / sizeof(asked->ids[0]))],
			all[i].id, sizeof(all[i].id));
		(void)ask(asking, &all[i]);
		(void)putchar('\n');
	}
	return true;
}

static enum outcome follow(const struct asking *asking)
{
	DBusError error = DBUS_ERROR_INIT;
	struct asked asked = { 0 };
	bool lost = true, ok;

	if (!terminal_can_ask()) {
		complain(_("--follow asks about each request, and needs a terminal"));
		return OUTCOME_USAGE;
	}
	if (!command_given(asking->command, &option_quiet))
		note(_("Waiting for requests; Ctrl-C ends it.\n"));
	for (;;) {
		/* Before the list, so that no request is missed between the two. */
		ok = (!lost || client_subscribe(asking->client, asking->all, &error)) &&
		     ask_new(asking, &asked, &error);
		if (!ok && outcome_of(&error)->outcome != OUTCOME_UNREACHABLE)
			return outcome_fail(NULL, &error);
		dbus_error_free(&error);
		if (!client_wait(asking->client, &lost, &error))
			return outcome_fail(NULL, &error);
	}
}

static enum outcome answer_operands(const struct asking *asking, bool approve)
{
	const struct command *command = asking->command;
	enum outcome outcome = OUTCOME_DONE;

	for (unsigned int i = 0; i < command->n_operands; i++)
		outcome = outcome_join(outcome, i, answer(asking, command->operands[i], approve));
	return outcome;
}

static enum outcome run(const struct command *command, bool approve)
{
	const bool follows = command_given(command, &option_follow);
	DBusError error = DBUS_ERROR_INIT;
	struct asking asking;
	enum outcome outcome;

	if (follows && command->n_operands > 0) {
		complain(_("--follow takes no request"));
		return OUTCOME_USAGE;
	}
	if (!begin_asking(command, &asking, &error))
		return outcome_fail(NULL, &error);
	if (follows)
		outcome = follow(&asking);
	else if (command->n_operands > 0)
		outcome = answer_operands(&asking, approve);
	else
		outcome = answer_all(&asking, approve);
	client_free(&asking.client);
	return outcome;
}

static enum outcome run_approve(const struct command *command)
{
	return run(command, true);
}

static enum outcome run_deny(const struct command *command)
{
	return run(command, false);
}

const struct verb verb_requests = { "requests", "", run_requests,
	N_("list uses of tokens that wait for an approval"), OPTIONS(&option_all, OPTIONS_COMMON),
	{ N_("Lists the uses of your tokens with --confirm that wait for an approval, with the\n"
	     "command that would be run and the process that asks; root sees those of all\n"
	     "users.  See \"patctl help approve\".\n") },
	"  patctl requests\n"
	"  patctl requests --json\n",
	.synonyms = { "pending" } };

const struct verb verb_approve = { "approve", "[ID...]", run_approve,
	N_("approve uses of tokens that wait for it"),
	OPTIONS(&option_follow, &option_all, &option_host, &option_quiet, &option_no_ask_password),
	{ N_("Lets the process that asks continue, once.  Your own password is asked for each\n"
	     "time, so that no program can approve in your name.  For the tokens of others an\n"
	     "administrator's is asked for; root needs none.  Without ID, each request that waits\n"
	     "is shown, and you are asked about it.\n"),
		N_("--follow stays, shows each request as it comes and asks about it, in a terminal\n"
		   "beside the program that uses the token.  What is not answered \"y\" is denied.\n") },
	"  patctl approve\n"
	"  patctl approve --follow\n",
	.synonyms = { "confirm", "allow" } };

const struct verb verb_deny = { "deny", "[ID...]", run_deny,
	N_("deny uses of tokens that wait for an approval"),
	OPTIONS(&option_all, &option_host, &option_quiet, &option_no_ask_password),
	{ N_("Refuses the uses of those requests, or of all that wait.  Nobody is asked for a\n"
	     "password.\n") },
	"  patctl deny\n", .synonyms = { "reject" } };
