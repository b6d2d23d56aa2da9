/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of patd.conf(5): their values, and their members of struct policy. */
#pragma once

#include "patd/policy/policy.h"

struct policy_key {
	const char *section, *name;
	const char *value;   /* the default, as it would stand in the file */
	const char *allowed; /* values, for a person */
	/* NULL and *ret_member, or what is wrong with text, for a person; static. */
	const char *(*parse)(const char *text, void *ret_member);
	size_t offset; /* of the member in struct policy */
};

/* In the order of patd.conf(5). */
enum {
	KEY_DEFAULT_LIFETIME,
	KEY_MAX_LIFETIME,
	KEY_ALLOW_NEVER,
	KEY_MAX_TOKENS,
	KEY_SELF_SERVICES,
	KEY_REVOKE_UNUSED,
	KEY_DENY_LOCKED,
	KEY_KEEP,
	KEY_MAX_ENTRIES,
	KEY_USAGE_SYNC,
	POLICY_KEYS
};

extern const struct policy_key policy_keys[POLICY_KEYS];

/* The one key of [verifier NAME]; the member is one of struct verifier. */
extern const struct policy_key policy_verifier_key;
