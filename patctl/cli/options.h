/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of options, and the options that several verbs take.  Other options stand with their verb.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/option.h"

extern const struct option_info option_user, option_all, option_service, option_from, option_reason,
	option_yes, option_host, option_json, option_no_legend, option_quiet,
	option_no_ask_password, option_help, option_version;

/* Stands in a set for the options of all restrictions, see common/restriction.h. */
extern const struct option_info option_restrictions;

/* A set of options, each given by its address, in the order in which help shows them. */
#define OPTIONS(...) ((const struct option_info *const[]) { __VA_ARGS__, NULL })

/* What almost every verb takes, in a set. */
#define OPTIONS_COMMON &option_host, &option_json, &option_quiet, &option_no_ask_password

/* The option at place i of a set, NULL behind the last and in a set that is NULL. */
const struct option_info *options_at(const struct option_info *const *set, size_t i);

/* The option of that name in a set, of which len bytes count; NULL if there is none. */
const struct option_info *options_find(
	const struct option_info *const *set, const char *name, size_t len);

/* Whether a set has an option of the same name. */
bool options_have(const struct option_info *const *set, const struct option_info *option);
