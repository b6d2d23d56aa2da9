/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The conversation of the host, from which other modules get no token.
 *
 * Many hosts answer each question with the one text that they have: sshd with the method password,
 * servers for mail, the web and databases.  A module behind pam_pat that asks for a password would
 * get the token, and open or make a keyring, a mount or a ticket with it.
 *
 * A guard stays until the end of pam_authenticate().  After a failure the host may call it again in
 * the same handle, as sudo does, and a module before pam_pat asks then for what pam_pat shall get.
 * After a success the host may get the conversation back with pam_get_item(), and take its data for
 * its own; where it had no data, the guard stays for the session.  libpam calls the delay function
 * of the host at that end, with the data of the conversation in place (pam_fail_delay(3)): until
 * then, that of the guard is in its place.
 */
#pragma once

#include <security/pam_modules.h>
#include <stdbool.h>

/*
 * From now on an answer that is a token, whichever, is an error of the conversation for who asked.
 * 0, or -ENOMEM.
 */
int guard_set(pam_handle_t *pamh);

/*
 * Gives the host's conversation back, for a prompt of pam_pat's own.  Whether there was a guard,
 * which is to be set again.
 */
bool guard_lift(pam_handle_t *pamh);
