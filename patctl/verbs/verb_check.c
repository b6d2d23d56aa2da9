/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl check: whether patd would accept a token, and if not, why. */
#include <stdio.h>
#include <unistd.h>

#include "common/l10n.h"
#include "common/verdict.h"
#include "patctl/base/secret.h"
#include "patctl/base/text.h"
#include "patctl/print/json.h"
#include "patctl/print/output_context.h"
#include "patctl/verbs/select.h"

/* A word that this patctl does not know is printed as it is. */
static char *refusal_text(const char *word)
{
	const struct verdict *verdict = verdict_from_word(word);

	return verdict && verdict->sentence ? text_format("%s", _(verdict->sentence))
					    : text_safe(word);
}

static void print_json(const struct token_row *token, const struct client_verdict *verdict)
{
	json_t *object = json_must(json_object());

	json_add(object, "id", json_of_text(token->id.text));
	json_add(object, "name", json_of_text(token->name));
	json_add(object, "user", json_of_text(token->user));
	json_add(object, "accepted", json_must(json_boolean(!verdict->refusals[0])));
	json_add(object, "refusals", json_of_texts(verdict->refusals));
	json_line(object);
}

static void print(const struct token_row *token, const struct client_verdict *verdict)
{
	const struct output_context context = output_context_for(NULL);
	const char *word = verdict->refusals[0] ? N_("refused") : N_("accepted");
	cleanup_text char *name = text_safe(token->name), *user = text_safe(token->user),
			  *coloured = terminal_coloured(context.palette, word, _(word));

	(void)printf(_("%s (%s) of user %s: %s\n"), name, token->id.text, user, coloured);
	for (char **refusal = verdict->refusals; *refusal; refusal++) {
		cleanup_text char *sentence = refusal_text(*refusal);

		(void)printf("  %s\n", sentence);
	}
}

static enum outcome check(const struct command *command, const char *secret)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = select_machine(command, &error);
	cleanup_client_verdict struct client_verdict verdict = { 0 };
	struct token_row token;

	if (!client ||
		!client_check(client, secret, command_value(command, &option_service),
			command_value(command, &option_from), &verdict, &error) ||
		!select_id(client, NULL, &verdict.id, &token, &error))
		return outcome_fail(NULL, &error);
	if (command_given(command, &option_json))
		print_json(&token, &verdict);
	else if (!command_given(command, &option_quiet))
		print(&token, &verdict);
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
	OPTIONS(&option_service, &option_from, &option_json, &option_quiet,
		&option_no_ask_password),
	{ N_("Reads one of your tokens from standard input and shows which token it is, and\n"
	     "whether patd would accept a login with it, through SERVICE and from SOURCE if\n"
	     "given.  This does not count as a use.  Never put a token into the command line,\n"
	     "where others can see it.\n"),
		N_("The exit status is 0 if patd would accept the login, and 1 if not.\n") },
	"  patctl check\n"
	"  patctl check --service=sshd --from=192.0.2.7 <token-file\n",
	.synonyms = { "test", "verify" } };
