/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints a new secret, once. */
#include "patctl/verbs/print_secret.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/secret.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/print/json.h"
#include "patctl/verbs/select.h"

void print_secret_prepare(void)
{
	secret_protect_process();
	/* When nobody reads the pipe, write(2) fails, and ops->lost() runs. */
	(void)signal(SIGPIPE, SIG_IGN);
}

char *print_secret_expiry(const struct token *token)
{
	cleanup_text char *stamp = timestamp_local(token->expires_at),
			  *age = timestamp_age(token->expires_at, (uint64_t)time(NULL));

	if (!token->expires_at)
		return NULL;
	return text_format("%s (%s)", stamp, age);
}

/* Prints the secret alone, or in the JSON object of its token.  jansson never has a copy of it. */
static int print(const struct token *token, const char *secret, bool json)
{
	static const char open[] = ", \"token\": \"";
	cleanup_text char *text = NULL;
	json_t *object;

	if (!json)
		return secret_write(STDOUT_FILENO, "", secret, "\n");

	object = json_of_token(token);
	text = text_must(json_dumps(object, 0));
	json_decref(object);
	text = text_must(realloc(text, strlen(text) + sizeof(open)));
	memcpy(strrchr(text, '}'), open, sizeof(open));
	return secret_write(STDOUT_FILENO, text, secret, "\"}\n");
}

enum outcome print_secret(struct client *client, const struct command *command,
	const struct pat_id *id, int fd, const struct print_secret_ops *ops)
{
	cleanup_close int memfd = fd;
	cleanup_secret char *secret = NULL;
	cleanup_token struct token token = { 0 };
	DBusError error = DBUS_ERROR_INIT;
	const char *problem;
	int r;

	secret = secret_read(memfd, id, &problem);
	if (!secret) {
		complain("%s", _(problem));
		ops->lost(client, id, NULL);
		return OUTCOME_FAILED;
	}
	if (!select_token(client, command_value(command, &option_user), id->text, &token, &error)) {
		const enum outcome outcome = outcome_fail(id->text, &error);

		ops->lost(client, id, NULL);
		return outcome;
	}
	if (!command_given(command, &option_quiet)) {
		ops->describe(&token);
		(void)fputs(_("Copy it now, it is shown only this once.  Keep it confidential, and "
			      "use a\npassword manager.\n\n"),
			stderr);
	}
	r = print(&token, secret, command_given(command, &option_json));
	if (r < 0) {
		complain(_("cannot write the token to standard output: %s"), strerror(-r));
		ops->lost(client, id, &token);
		return OUTCOME_FAILED;
	}
	return OUTCOME_DONE;
}
