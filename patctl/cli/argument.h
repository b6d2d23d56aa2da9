/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The arguments of options, read and checked.
 *
 * An option that was not given leaves *ret as it is.  False after a message on standard error.
 * Times, and now, are seconds since 1970 UTC.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/restriction.h"
#include "patctl/base/expiry.h"
#include "patctl/cli/command.h"

/* "patctl: --OPTION=TEXT: PROBLEM".  False. */
bool argument_wrong(const struct option_info *option, const char *text, const char *problem);

/* A period, in seconds, at least 1. */
bool argument_period(
	const struct command *command, const struct option_info *option, uint64_t *ret);

/* A point in time, or a period after now; the other as in patctl/base/journal_time.h.  Never 0. */
bool argument_time_ahead(const struct command *command, const struct option_info *option,
	uint64_t now, uint64_t *ret);
bool argument_time_before(const struct command *command, const struct option_info *option,
	uint64_t now, uint64_t *ret);

/* A whole number, not below least. */
bool argument_number(const struct command *command, const struct option_info *option,
	uint64_t least, uint64_t *ret);

bool argument_expiry(const struct command *command, const struct option_info *option, uint64_t now,
	struct expiry *ret);

/* A list with commas between its items, none of which is empty. */
bool argument_list(
	const struct command *command, const struct option_info *option, const char **ret);

/*
 * A restriction that is no number; "": none, which is written "any".  The caller's own session
 * becomes one with an id, which stays until the next call.
 */
bool argument_restriction(
	const struct command *command, const struct restriction *restriction, const char **ret);

/*
 * Warns of services that PAM on this machine does not have.  Before the token is made or changed:
 * who is asked for a password can still say no.
 */
void argument_expect_services(const struct command *command, const char *services);

/* Why a token is revoked or a user disabled. */
bool argument_reason(
	const struct command *command, const struct option_info *option, const char **ret);

/* A note about a token; "": none. */
bool argument_note(
	const struct command *command, const struct option_info *option, const char **ret);

/* The name of a token, which is an operand. */
bool argument_name(const char *name);
