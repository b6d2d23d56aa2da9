/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a PAM service of this machine, and the program that asks for it, make of every login there.
 */
#pragma once

#include "patctl/cli/command.h"
#include "patctl/client/client.h"
#include "patctl/client/records.h"

/*
 * Why a token of user is refused at the service of this machine, though patd would accept it: its
 * stack has no pam_pat.so; or the program asks as a user who is not root, and patd.conf, or the
 * account phase, is not made for that.  settings: in force on this machine; NULL: not known, and
 * then it is not asked who asks.  The caller owns it; NULL: nothing is known against it.
 * *ret_unread: it is not known either whether the stack has pam_pat.so, as it cannot be read.
 */
char *service_host_problem(
	const struct records *settings, const char *service, const char *user, bool *ret_unread);

/*
 * Complains of each service of this machine that a token is restricted to, by its name in the list,
 * and that refuses every token.  Nothing with --quiet; nor of another machine, whose users and
 * files are not known here, or of a fleet token, which may be for services of other machines.
 */
void service_host_warn(const struct command *command, struct client *client, const char *list,
	const struct token_row *token);
