#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/name.h"
#include "patctl/age.h"
#include "patctl/client.h"
#include "patctl/expiry.h"
#include "patctl/json.h"
#include "patctl/secret.h"
#include "patctl/select.h"
#include "patctl/text.h"
#include "patctl/timestamp.h"
#include "patctl/verbs.h"

/* What the command line asks for, checked before anything is asked of patd. */
static enum outcome check(const struct command *command, struct expiry *ret_expiry)
{
	const char *problem = pat_name_problem(command->items[0]);

	if (problem) {
		complain("%s; a name has 1 to %d characters of UTF-8, none of them a control "
			 "character",
			problem, PAT_NAME_MAX);
		return OUTCOME_USAGE;
	}
	*ret_expiry = (struct expiry) { .kind = EXPIRY_DEFAULT };
	if (!command->expires)
		return OUTCOME_DONE;
	problem = expiry_parse(command->expires, (uint64_t)time(NULL), ret_expiry);
	if (problem) {
		cleanup_text char *safe = text_safe(command->expires);

		complain("--expires=%s: %s", safe, problem);
		return OUTCOME_USAGE;
	}
	if (ret_expiry->has_m)
		complain("m means minutes; for months write M or months");
	return OUTCOME_DONE;
}

static void tell(const struct row *row)
{
	cleanup_text char *name = text_safe(row->name), *user = text_safe(row->user);
	char stamp[TIMESTAMP_TEXT_MAX], age[AGE_TEXT_MAX];

	(void)fprintf(stderr, "Token %s (%s) of user %s ", name, row->id.text, user);
	if (row->expires_at) {
		timestamp_format_local(row->expires_at, stamp);
		age_format(row->expires_at, (uint64_t)time(NULL), age);
		(void)fprintf(stderr, "expires %s (%s).\n", stamp, age);
	} else {
		(void)fputs("never expires.\n", stderr);
	}
	(void)fputs("Copy it now, it is shown only this once.  Keep it confidential, and use a\n"
		    "password manager.\n\n",
		stderr);
}

/* The token alone, or inside the object that describes it; jansson never sees it. */
static int print(const struct row *row, const char *secret, bool json)
{
	static const char open[] = ", \"token\": \"";
	cleanup_text char *text = NULL;
	json_t *object;

	if (!json)
		return secret_write(STDOUT_FILENO, "", secret, "\n");

	object = json_of_row(row);
	text = text_must(json_dumps(object, 0));
	json_decref(object);
	text = text_must(realloc(text, strlen(text) + sizeof(open)));
	memcpy(strrchr(text, '}'), open, sizeof(open));
	return secret_write(STDOUT_FILENO, text, secret, "\"}\n");
}

/* A token that nobody has seen must not live on. */
static void undo(struct client *client, const struct pat_id *id)
{
	DBusError error = DBUS_ERROR_INIT;

	if (client_change(client, id, "Revoke", &error) &&
		client_change(client, id, "Delete", &error)) {
		complain("the token %s, which was not shown, was revoked and deleted", id->text);
		return;
	}
	(void)outcome_fail(id->text, &error);
	complain("the token %s exists but was not shown; end it: patctl revoke %s && "
		 "patctl delete %s",
		id->text, id->text, id->text);
}

/* Everything between the token's birth and its showing; whatever fails undoes it. */
static enum outcome hand_over(
	struct client *client, const struct command *command, const struct pat_id *id, int fd)
{
	cleanup_secret char *secret = NULL;
	cleanup_row struct row row = { 0 };
	DBusError error = DBUS_ERROR_INIT;
	const char *problem;
	int r;

	secret = secret_read(fd, id, &problem);
	if (!secret) {
		complain("%s", problem);
		undo(client, id);
		return OUTCOME_FAILED;
	}
	if (!select_token(client, command->user, id->text, &row, &error)) {
		enum outcome outcome = outcome_fail(id->text, &error);

		undo(client, id);
		return outcome;
	}
	if (!command->quiet)
		tell(&row);
	r = print(&row, secret, command->json);
	if (r < 0) {
		complain("cannot write the token to standard output: %s", strerror(-r));
		undo(client, id);
		return OUTCOME_FAILED;
	}
	return OUTCOME_DONE;
}

enum outcome generate_run(const struct command *command)
{
	cleanup_client struct client *client = NULL;
	DBusError error = DBUS_ERROR_INIT;
	struct expiry expiry;
	struct pat_id id;
	enum outcome outcome;
	int fd;

	secret_protect_process();
	/* A closed pipe must leave time to undo. */
	(void)signal(SIGPIPE, SIG_IGN);

	outcome = check(command, &expiry);
	if (outcome != OUTCOME_DONE)
		return outcome;

	client = client_new(!command->no_ask_password, &error);
	if (!client || !client_generate(client, command->items[0], command->user, &expiry, &id, &fd,
			       &error)) {
		outcome = outcome_fail(NULL, &error);
		if (client && outcome == OUTCOME_UNREACHABLE)
			complain("if it was made all the same it is in: patctl list");
		return outcome;
	}
	outcome = hand_over(client, command, &id, fd);
	(void)close(fd);
	return outcome;
}
