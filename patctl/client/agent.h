/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The agent of polkit that asks a person at this terminal for a password: pkttyagent(1), which
 * serves this patctl alone and ends with it.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/*
 * Starts the agent, unless *agent is one already, and waits until it is ready or has given up.
 * polkit prefers an agent of the session, such as a desktop's.  False if nobody can be asked here:
 * there is no terminal, or standard input is something else.
 */
bool agent_start(pid_t *agent);

/* Ends the agent, which restores the terminal.  *agent 0: there is none. */
void agent_end(pid_t *agent);
