/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What happens to tokens and in the history, sent unasked to the connections that follow.  One
 * that does not read it loses its connection, and lists anew when it has another.
 */
#pragma once

struct followers;
struct requests;

/* requests must outlive it. */
int followers_new(struct requests *requests, struct followers **ret_followers);

/* Another policy is in force. */
void followers_restart(struct followers *followers);

/* NULL is allowed. */
void followers_free(struct followers *followers);
