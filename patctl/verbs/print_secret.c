/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Printing a new secret, once, or writing it into a file: the end of generate and rotate. */
#include "patctl/verbs/print_secret.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/secret.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/print/json_record.h"
#include "patctl/verbs/select.h"

void print_secret_prepare(void)
{
	secret_protect_process();
	/* If nobody reads the pipe, write(2) fails and patctl reports the lost secret. */
	(void)signal(SIGPIPE, SIG_IGN);
}

char *print_secret_expiry(const struct token_row *token)
{
	cleanup_text char *stamp = timestamp_local(token->expires_at),
			  *age = timestamp_age(token->expires_at, (uint64_t)time(NULL));

	if (!token->expires_at)
		return NULL;
	return text_format("%s (%s)", stamp, age);
}

/* The JSON object of token, up to its secret.  The caller owns it. */
static char *json_before_secret(const struct token_row *token)
{
	char *text = NULL;
	size_t size;
	FILE *file = must_alloc(open_memstream(&text, &size));

	(void)putc('{', file);
	json_token_members(file, token);
	(void)fputs(", \"token\": \"", file);
	if (fclose(file) == EOF)
		no_memory();
	return text;
}

/* Prints the secret alone, or in the JSON object of its token.  stdio never has a copy of it. */
static int print(const struct token_row *token, const char *secret, bool json)
{
	cleanup_text char *before = NULL;

	if (!json)
		return secret_write(STDOUT_FILENO, "", secret, "\n");
	before = json_before_secret(token);
	return secret_write(STDOUT_FILENO, before, secret, "\"}\n");
}

/* Into the file, which then is complete, and the JSON object without it to standard output. */
static int write_out(
	const struct token_row *token, const char *secret, bool json, struct new_file *out)
{
	int r = secret_write(out->fd, "", secret, "\n");

	if (r < 0)
		return r;
	r = new_file_commit(out);
	if (r < 0)
		return r;
	if (json) {
		(void)putchar('{');
		json_token_members(stdout, token);
		(void)fputs("}\n", stdout);
	}
	return 0;
}

static void say_copy(const struct new_file *out)
{
	cleanup_text char *path = out ? text_safe(out->path) : NULL;

	if (path)
		note(_("It is in %s, which only you can read, and will not be "
		       "shown again.\n"),
			path);
	else
		note(_("Copy it now: it will not be shown again.\n"
		       "Keep it confidential: store it in a password manager.\n\n"));
}

enum outcome print_secret(struct client *client, const struct command *command,
	const struct pat_id *id, int fd, struct new_file *out,
	void (*describe)(const struct token_row *token), struct token_row *ret)
{
	const bool json = command_given(command, &option_json),
		   quiet = json || command_given(command, &option_quiet);
	cleanup_close int memfd = fd;
	cleanup_secret char *secret = NULL;
	DBusError error = DBUS_ERROR_INIT;
	const char *problem;
	int r;

	secret = secret_read(memfd, id, &problem);
	if (!secret) {
		complain("%s", _(problem));
		return OUTCOME_FAILED;
	}
	/* Root finds it by its id alone: the user may be spelled otherwise there. */
	if (!select_id(client, client_is_root(client) ? NULL : command_value(command, &option_user),
		    id, ret, &error))
		return outcome_fail(id->text, &error);
	if (!quiet)
		describe(ret);
	if (!quiet && !out)
		say_copy(NULL);
	r = out ? write_out(ret, secret, json, out) : print(ret, secret, json);
	if (r < 0 && out)
		new_file_complain(out->path, r);
	else if (r < 0)
		complain(_("cannot write the token to standard output: %s"), strerror(-r));
	else if (!quiet && out)
		say_copy(out);
	return r < 0 ? OUTCOME_FAILED : OUTCOME_DONE;
}
