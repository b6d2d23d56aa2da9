#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/l10n.h"
#include "patctl/base/secret.h"
#include "patctl/base/text.h"
#include "patctl/base/token_input.h"
#include "patctl/cli/verbs.h"
#include "patctl/client/client.h"
#include "patctl/print/json.h"
#include "patctl/print/output_context.h"
#include "patctl/verbs/select.h"

/* Why a token would be refused, in the words of patd and in a sentence. */
static const struct {
	const char *word, *sentence;
} refusals[] = {
	{ "altered", N_("its row in the database was altered, so it opens nothing") },
	{ "revoked", N_("it is revoked") },
	{ "expired", N_("it has expired") },
	{ "exhausted", N_("its uses are used up") },
	{ "disabled", N_("the tokens of its user are disabled, or those of everybody") },
	{ "pending", N_("it does not work yet") },
	{ "not-yet", N_("it does not work yet") },
	{ "out-of-hours", N_("it does not work at this hour") },
	{ "wrong-service", N_("it is not good for that service") },
	{ "wrong-source", N_("it is not good for a login from there") },
	{ "rotated", N_("it was replaced: the token has another secret now") },
	{ "against-policy", N_("patd.conf does not allow it") },
	{ "account-closed", N_("the account of its user has expired or is locked") },
	{ "not-allowed", N_("no token is good for that service") },
};

static char *tell_refusal(const char *word)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (strcmp(refusals[i].word, word) == 0)
			return text_format("%s", _(refusals[i].sentence));
	return text_safe(word);
}

static void print_json(const struct row *row, const struct client_verdict *verdict)
{
	json_t *object = json_must(json_object());

	json_add(object, "id", json_of_text(row->id.text));
	json_add(object, "name", json_of_text(row->name));
	json_add(object, "user", json_of_text(row->user));
	json_add(object, "accepted", json_must(json_boolean(!verdict->refusals[0])));
	json_add(object, "refusals", json_of_texts(verdict->refusals));
	json_line(object);
}

static void print(const struct row *row, const struct client_verdict *verdict)
{
	const struct look look = look_here();
	const char *word = verdict->refusals[0] ? N_("refused") : N_("accepted");
	cleanup_text char *name = text_safe(row->name), *user = text_safe(row->user),
			  *coloured = terminal_coloured(look.palette, word, _(word));

	(void)printf(_("%s (%s) of user %s: %s\n"), name, row->id.text, user, coloured);
	for (char **refusal = verdict->refusals; *refusal; refusal++) {
		cleanup_text char *sentence = tell_refusal(*refusal);

		(void)printf("  %s\n", sentence);
	}
}

/* Asks patd; the memfd is closed. */
static enum outcome check(const struct command *command, int secret)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = client_new(!command->no_ask_password, &error);
	cleanup_client_verdict struct client_verdict verdict = { 0 };
	cleanup_row struct row row = { 0 };
	bool ok = client &&
		  client_check(client, secret, command->service, command->from, &verdict, &error);

	(void)close(secret);
	if (!ok || !select_token(client, NULL, verdict.id.text, &row, &error))
		return outcome_fail(NULL, &error);
	if (command->json)
		print_json(&row, &verdict);
	else if (!command->quiet)
		print(&row, &verdict);
	return verdict.refusals[0] ? OUTCOME_FAILED : OUTCOME_DONE;
}

enum outcome check_run(const struct command *command)
{
	cleanup_secret char *token = NULL;
	const char *problem;
	int secret;

	secret_protect_process();
	token = typed_read(STDIN_FILENO, &problem);
	if (!token) {
		complain("%s", _(problem));
		return OUTCOME_USAGE;
	}
	secret = typed_seal(token);
	if (secret < 0) {
		complain(_("cannot hand the token to patd: %s"), strerror(-secret));
		return OUTCOME_FAILED;
	}
	return check(command, secret);
}
