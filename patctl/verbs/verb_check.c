/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl check: whether patd would accept a token, and if not, why. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "common/restriction.h"
#include "common/verdict.h"
#include "common/wire.h"
#include "patctl/base/pam_services.h"
#include "patctl/base/secret.h"
#include "patctl/base/source_word.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/client/verifiers.h"
#include "patctl/print/json.h"
#include "patctl/print/output_context.h"
#include "patctl/print/until_text.h"
#include "patctl/verbs/checked.h"
#include "patctl/verbs/select.h"
#include "patctl/verbs/service_host.h"

/*
 * The sentences that say what would be allowed, or what exactly is wrong.  The caller owns them;
 * NULL: nothing more is known than the verdict.
 */

static char *service_text(const struct checked *checked)
{
	const char *service = command_value(checked->command, &option_service);
	cleanup_text char *given = text_safe(service ? service : ""),
			  *allowed = text_safe(token_row_restriction(checked->token, PAT_SERVICES));

	return service ? text_format(_("service %s is not allowed (only: %s)"), given, allowed)
		       : NULL;
}

/* A token for local logins is refused through a service whose logins are never local. */
static char *local_text(const struct checked *checked, const char *allowed)
{
	const char *service = command_value(checked->command, &option_service);
	cleanup_text char *safe = text_safe(service ? service : "");

	if (!service ||
		!source_list_has(token_row_restriction(checked->token, PAT_SOURCES), "local"))
		return text_format(_("local logins are not allowed (only from: %s)"), allowed);
	return text_format(_("service %s has no local logins: without an address their source is "
			     "unknown (only from: %s; see local_services in patd.conf(5))"),
		safe, allowed);
}

/* patd takes no address from it: see name_services in patd.conf(5). */
static bool is_name_service(const struct checked *checked)
{
	const char *service = command_value(checked->command, &option_service),
		   *list = setting_value(checked->settings, "tokens.name_services");

	return service && list && source_list_has(list, service);
}

/* Of a source that is an address, or the name of a host. */
static char *name_service_text(const struct checked *checked, const char *from)
{
	const char *service = command_value(checked->command, &option_service);
	cleanup_text char *safe = text_safe(service), *problem = source_problem(service, from);

	return text_format(_("service %s is in name_services of patd.conf(5), so that no address "
			     "it reports counts%s%s"),
		safe, problem ? "; " : "", problem ? problem : "");
}

static char *source_text(const struct checked *checked)
{
	const char *from = command_value(checked->command, &option_from),
		   *service = command_value(checked->command, &option_service);
	cleanup_text char *given = text_safe(from ? from : ""),
			  *allowed = text_safe(token_row_restriction(checked->token, PAT_SOURCES)),
			  *problem = NULL;

	if (!from)
		return NULL;
	switch (source_kind(from)) {
	case SOURCE_LOCAL:
		return local_text(checked, allowed);
	case SOURCE_UNKNOWN:
		return text_format(_("logins from an unknown source are not allowed (only from: "
				     "%s)"),
			allowed);
	case SOURCE_NAME:
	case SOURCE_ADDRESS:
		break;
	}
	if (is_name_service(checked))
		return name_service_text(checked, from);
	problem = source_problem(service ? service : "", from);
	if (problem)
		return TAKE(problem);
	return text_format(_("logins from %s are not allowed (only from: %s)"), given, allowed);
}

static char *hours_text(const struct checked *checked)
{
	cleanup_text char *allowed = text_safe(token_row_restriction(checked->token, PAT_HOURS));

	return text_format(_("logins at this time are not allowed (only: %s)"), allowed);
}

static char *begin_text(const struct checked *checked)
{
	const uint64_t *at = token_row_restriction(checked->token, PAT_NOT_BEFORE);
	cleanup_text char *begin = timestamp_local(*at);

	return text_format(_("it is not valid yet (before %s)"), begin);
}

static char *ended_text(const struct checked *checked)
{
	return until_ended_text(token_row_restriction(checked->token, PAT_UNTIL));
}

static char *account_text(const struct checked *checked)
{
	const uint32_t bits = checked->verdict->account_bits;
	cleanup_text char *user = text_safe(checked->token->user);

	if (checked->verdict->account != CLIENT_ACCOUNT_SEEN)
		return NULL;
	if ((bits & PAT_ACCOUNT_EXPIRED) != 0)
		return text_format(_("the account of user %s has expired: see chage -l"), user);
	if ((bits & PAT_ACCOUNT_LOCKED) != 0)
		return text_format(_("the password of user %s is locked, and tokens.deny_locked "
				     "is set in patd.conf"),
			user);
	return text_format(_("whether the password of user %s is locked cannot be read, and "
			     "tokens.deny_locked is set in patd.conf"),
		user);
}

static char *user_text(const struct checked *checked)
{
	cleanup_text char *user = text_safe(checked->token->user);

	if (checked->verdict->account == CLIENT_ACCOUNT_GONE)
		return text_format(_("user %s does not exist"), user);
	if (checked->verdict->account == CLIENT_ACCOUNT_ANOTHER)
		return text_format(_("user %s is now another account than the token was generated "
				     "for"),
			user);
	return NULL;
}

static char *host_text(const struct checked *checked)
{
	return checked->host_problem ? text_format("%s", checked->host_problem) : NULL;
}

static char *detail_text(const struct verdict *verdict, const struct checked *checked)
{
	static const struct {
		enum pat_verdict verdict;
		char *(*text)(const struct checked *checked);
	} details[] = {
		{ PAT_NOT_ALLOWED, host_text },
		{ PAT_WRONG_SERVICE, service_text },
		{ PAT_WRONG_SOURCE, source_text },
		{ PAT_OUT_OF_HOURS, hours_text },
		{ PAT_NOT_YET, begin_text },
		{ PAT_ENDED, ended_text },
		{ PAT_ACCOUNT_CLOSED, account_text },
		{ PAT_OTHER_USER, user_text },
	};

	for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++)
		if (verdict_row(details[i].verdict) == verdict)
			return details[i].text(checked);
	return NULL;
}

/* A word that this patctl does not know is printed as it is. */
static char *refusal_text(const char *word, const struct checked *checked)
{
	const struct verdict *verdict = verdict_from_word(word);
	char *detail = verdict ? detail_text(verdict, checked) : NULL;

	if (detail)
		return detail;
	return verdict && verdict->sentence ? text_format("%s", _(verdict->sentence))
					    : text_safe(word);
}

static void print_json(const struct checked *checked)
{
	const struct token_row *token = checked->token;
	const struct client_verdict *verdict = checked->verdict;
	json_t *object = json_must(json_object());

	json_add(object, "id", json_of_text(token->id.text));
	json_add(object, "name", json_of_text(token->name));
	json_add(object, "user", json_of_text(token->user));
	json_add(object, "accepted", json_must(json_boolean(!verdict->refusals[0])));
	json_add(object, "refusals", json_of_texts(verdict->refusals));
	json_add(object, "not_checked", checked_unseen_words(checked));
	json_line(object);
}

static void print(const struct checked *checked)
{
	const struct output_context context = output_context_for(NULL);
	const struct token_row *token = checked->token;
	char *const *refusals = checked->verdict->refusals;
	const char *word = refusals[0] ? N_("refused") : N_("accepted");
	cleanup_text char *name = text_safe(token->name), *user = text_safe(token->user),
			  *coloured = terminal_coloured(context.palette, word, _(word));

	(void)printf(_("%s (%s) of user %s: %s\n"), name, token->id.text, user, coloured);
	for (char *const *refusal = refusals; *refusal; refusal++) {
		cleanup_text char *sentence = refusal_text(*refusal, checked);

		(void)printf("  %s\n", sentence);
	}
	(void)fflush(stdout);
	if (!refusals[0])
		checked_print_unseen(checked);
}

/* patd is not asked by who asks at a login: what it would say then is one more refusal. */
static void refuse_host(struct client_verdict *verdict)
{
	const char *const word = verdict_word(PAT_NOT_ALLOWED);
	size_t n = 0;

	for (; verdict->refusals[n]; n++)
		if (strcmp(verdict->refusals[n], word) == 0)
			return;
	names_add(&verdict->refusals, &n, word);
}

static enum outcome check(const struct command *command, const char *secret)
{
	DBusError error = DBUS_ERROR_INIT;
	const char *service = command_value(command, &option_service);
	cleanup_client struct client *client = select_machine(command, &error);
	cleanup_client_verdict struct client_verdict verdict = { 0 };
	cleanup_records struct records settings = { .table = &setting_row_table };
	cleanup_text char *host_problem = NULL;
	struct token_row token;
	struct checked checked = {
		.command = command,
		.token = &token,
		.verdict = &verdict,
		.settings = &settings,
	};
	bool known;

	if (!client ||
		!client_check(client, secret, service, command_value(command, &option_from),
			&verdict, &error) ||
		!select_id(client, NULL, &verdict.id, &token, &error))
		return outcome_fail(NULL, &error);
	if (service && !command_given(command, &option_quiet))
		(void)pam_services_expect(service);
	known = service && client_policy(client, &settings, &error);
	dbus_error_free(&error);
	if (service)
		host_problem = service_host_problem(
			known ? &settings : NULL, service, token.user, &checked.stack_unread);
	if (host_problem) {
		checked.host_problem = host_problem;
		refuse_host(&verdict);
	}
	if (command_given(command, &option_json))
		print_json(&checked);
	else if (!command_given(command, &option_quiet))
		print(&checked);
	return verdict.refusals[0] ? OUTCOME_FAILED : OUTCOME_DONE;
}

static enum outcome run(const struct command *command)
{
	cleanup_secret char *token = NULL;
	const char *problem;
	bool blanks;

	secret_protect_process();
	token = secret_input(STDIN_FILENO, &blanks, &problem);
	if (!token) {
		complain("%s", _(problem));
		return OUTCOME_USAGE;
	}
	if (blanks && !command_given(command, &option_quiet))
		complain(_("blanks before or after the token were ignored"));
	return check(command, token);
}

const struct verb verb_check = { "check", "", run, N_("check whether a token would be accepted"),
	OPTIONS(&option_service, &option_from, &option_json, &option_output, &option_quiet,
		&option_no_ask_password),
	{ N_("Reads one of your tokens from standard input and shows which token it is, and\n"
	     "whether patd would accept a login with it, through SERVICE and from SOURCE if\n"
	     "given.  This does not count as a use.  Never put a token into the command line,\n"
	     "where others can see it.\n"),
		N_("For root the account of the token's user counts as well: expired, or locked\n"
		   "where patd.conf refuses that.  With --service, a service that asks for no\n"
		   "token, or whose program is known to get none accepted, counts as well.  The\n"
		   "account phase of PAM and the rules of the service itself, such as those of\n"
		   "sshd, are not checked.\n"),
		N_("The exit status is 0 if patd would accept the login, and 1 if not.\n") },
	"  patctl check\n"
	"  patctl check --service=sshd --from=192.0.2.7 <token-file\n",
	.synonyms = { "test", "verify" },
	.no_operands = N_("check takes no operand: it reads the token from standard input") };
