/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What happens to tokens and in the history, sent unasked to the connections that follow.  One
 * that does not read it loses its connection, and lists anew when it has another.
 */
#pragma once

struct requests;

/* Listens to the rules from now on. */
void followers_begin(struct requests *requests);
void followers_end(struct requests *requests);
