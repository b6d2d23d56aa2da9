/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking a verification socket, and a process that does nothing else but answer. */
#pragma once

#include <stdint.h>
#include <sys/types.h>
#include <sys/un.h>

#include "common/wire.h"

/* All of these end the program on an error. */
struct sockaddr_un ask_path(const char *path);
struct sockaddr_un ask_address(const char *folder, const char *name);

/* The login of a user with the token that is the next line of standard input. */
void ask_read_token(struct pat_request *request, const char *user);

/* Connects, asks and reads the reply, PAT_FAILED if there is none; returns its nanoseconds. */
int64_t ask(const struct sockaddr_un *at, const struct pat_request *request,
	struct pat_reply *ret_reply);

/* The same, and the reply must be that the token is accepted. */
int64_t ask_accepted(const struct sockaddr_un *at, const struct pat_request *request);

/* Accepts, receives, says that it was accepted, and closes.  Ends with this process. */
pid_t echo_start(const struct sockaddr_un *at);
