/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files that read patd.conf share: the policy as far as it is read, and problems. */
#pragma once

#include <stdbool.h>

#include "patd/policy/policy_keys.h"

struct reading {
	struct policy_set *set;
	policy_problem_fn fn;
	void *userdata;
	int result;          /* -EINVAL after a problem, -ENOMEM */
	unsigned int file;   /* the first one is 1 */
	bool in_section;     /* of any name */
	const char *section; /* as in policy_keys; NULL in others */
	/* In a section about somebody: its one key, what that is a member of, and its setting. */
	const struct policy_key *named;
	void *record;
	struct policy_setting *setting;
	/* Of a section that is refused: its settings are checked all the same. */
	struct {
		union {
			struct verifier verifier;
			struct issuer issuer;
		};
		struct policy_setting setting;
	} refused;
};

__attribute__((format(printf, 3, 4))) void policy_report(
	struct reading *reading, const char *place, const char *format, ...);

/* A copy; NULL if there is no memory. */
char *policy_keep(struct reading *reading, const char *text);

/* [verifier USER] and [issuer NAME].  False if the section is neither. */
bool policy_enter_named(struct reading *reading, const char *place, const char *section);

/* Reports those in which nothing is said. */
void policy_check_named(struct reading *reading);
