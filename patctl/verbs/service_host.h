/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the program that asks for a PAM service makes of every login there. */
#pragma once

#include "patctl/client/records.h"

/*
 * Why a token of user is refused at the service of this machine, though patd would accept it: the
 * program asks as a user who is not root, and patd.conf, or the account phase, is not made for
 * that.  settings: in force on this machine.  The caller owns it; NULL: nothing is known against
 * it.
 */
char *service_host_problem(const struct records *settings, const char *service, const char *user);
