/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl check: whether patd would accept a token, and if not, why. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/l10n.h"
#include "common/verdict.h"
#include "patctl/base/secret.h"
#include "patctl/base/text.h"
#include "patctl/base/token_input.h"
#include "patctl/cli/verbs.h"
#include "patctl/client/client.h"
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

static void print_json(const struct token *token, const struct client_verdict *verdict)
{
	json_t *object = json_must(json_object());

	json_add(object, "id", json_of_text(token->id.text));
	json_add(object, "name", json_of_text(token->name));
	json_add(object, "user", json_of_text(token->user));
	json_add(object, "accepted", json_must(json_boolean(!verdict->refusals[0])));
	json_add(object, "refusals", json_of_texts(verdict->refusals));
	json_line(object);
}

static void print(const struct token *token, const struct client_verdict *verdict)
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

/* Asks patd; the memfd is closed. */
static enum outcome check(const struct command *command, int secret)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = client_new(!command->no_ask_password, &error);
	cleanup_client_verdict struct client_verdict verdict = { 0 };
	cleanup_token struct token token = { 0 };
	bool ok = client &&
		  client_check(client, secret, command->service, command->from, &verdict, &error);

	(void)close(secret);
	if (!ok || !select_token(client, NULL, verdict.id.text, &token, &error))
		return outcome_fail(NULL, &error);
	if (command->json)
		print_json(&token, &verdict);
	else if (!command->quiet)
		print(&token, &verdict);
	return verdict.refusals[0] ? OUTCOME_FAILED : OUTCOME_DONE;
}

enum outcome check_run(const struct command *command)
{
	cleanup_secret char *token = NULL;
	const char *problem;
	int secret;

	secret_protect_process();
	token = token_input_read(STDIN_FILENO, &problem);
	if (!token) {
		complain("%s", _(problem));
		return OUTCOME_USAGE;
	}
	secret = token_input_seal(token);
	if (secret < 0) {
		complain(_("cannot hand the token to patd: %s"), strerror(-secret));
		return OUTCOME_FAILED;
	}
	return check(command, secret);
}
