/*
 * The arguments of options, read and checked before anything is asked of patd.
 *
 * Each function takes the option's name, for messages, and its text, NULL if it was not given:
 * then *ret stays as it is.  False after having said on standard error what is wrong.  Times, and
 * now, are seconds since 1970 UTC.
 */
#ifndef PATCTL_CLI_ARGUMENT_H
#define PATCTL_CLI_ARGUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "patctl/base/expiry.h"

/* "patctl: --OPTION=TEXT: PROBLEM".  False. */
bool argument_wrong(const char *option, const char *text, const char *problem);

/* A period, in seconds, 1 at least. */
bool argument_period(const char *option, const char *text, uint64_t *ret);

/* A point in time, or a period from now on or before now; never 0. */
bool argument_time_ahead(const char *option, const char *text, uint64_t now, uint64_t *ret);
bool argument_time_before(const char *option, const char *text, uint64_t now, uint64_t *ret);

/* A whole number, at least least. */
bool argument_number(const char *option, const char *text, uint64_t least, uint64_t *ret);

bool argument_expiry(const char *option, const char *text, uint64_t now, struct expiry *ret);

/* A list with commas between its items, none of which is empty. */
bool argument_list(const char *option, const char *text);

/* Why a token is revoked or disabled.  text itself is what there is to have. */
bool argument_reason(const char *option, const char *text);

/* The name of a token, which is no option. */
bool argument_name(const char *name);

#endif
