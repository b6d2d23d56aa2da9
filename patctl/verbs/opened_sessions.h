/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sessions that tokens had opened, after the tokens were changed: --end-sessions, or the
 * policy, ends them, and a person is told which go on.
 *
 * patd has them ended in the background; who asked for it waits for that, two seconds at most.
 */
#pragma once

#include "patctl/cli/verb.h"
#include "patctl/client/client.h"

extern const struct option_info option_end_sessions;

/* Of tokens, and of all tokens of users, that were changed. */
struct opened_sessions {
	const struct command *command;
	struct client *client;
	const char *user; /* of the tokens; NULL: the caller, or if all is set, everybody */
	bool all;
	bool hints;            /* without --end-sessions a person is told how to end them */
	struct records tokens; /* struct token_row: those that had any open */
	char **users;          /* owned */
	size_t n_users, changed;
	size_t before; /* how many were open */
};

/* all: of all users, unless the command has --user. */
struct opened_sessions opened_sessions_of(
	const struct command *command, struct client *client, bool all);

/* The token was changed. */
void opened_sessions_add(struct opened_sessions *opened, const struct token_row *token);

/*
 * Before all tokens of a user are changed: how many sessions of theirs are open, to say later how
 * many have ended; 0 without --end-sessions, or where patd does not say.  user "": the caller, or
 * if all is set, everybody.
 */
size_t opened_sessions_count(const struct opened_sessions *opened, const char *user);

/* They were changed.  before: what opened_sessions_count() said. */
void opened_sessions_add_user(struct opened_sessions *opened, const char *user, size_t before);

/*
 * After all else: waits, tells what has ended and what goes on, and clears opened.  The outcome of
 * the command, if it was sofar before: OUTCOME_FAILED if --end-sessions was given and one that
 * should have been ended is still open.
 */
enum outcome opened_sessions_end(struct opened_sessions *opened, enum outcome sofar);
