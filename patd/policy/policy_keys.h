/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of patd.conf(5), and a policy with the source of each setting. */
#pragma once

#include "patd/policy/policy.h"

struct policy_key {
	const char *section, *name;
	const char *value;   /* the default, as it would stand in the file */
	const char *allowed; /* values, for a person */
	const char *(*parse)(const char *text, void *ret_member); /* all but unlimited */
	size_t offset;         /* of the member in struct policy */
	const char *unlimited; /* the word for POLICY_UNLIMITED; NULL: none */
};

/* NULL and *ret_member, or what is wrong with text, for a person; static. */
const char *policy_key_parse(const struct policy_key *key, const char *text, void *ret_member);

/* In the order of patd.conf(5). */
enum {
	KEY_DEFAULT_LIFETIME,
	KEY_MAX_LIFETIME,
	KEY_ALLOW_NEVER,
	KEY_MAX_TOKENS,
	KEY_SELF_SERVICES,
	KEY_REVOKE_UNUSED,
	KEY_DELETE_ENDED,
	KEY_DENY_LOCKED,
	KEY_CONFIRM_TIMEOUT,
	KEY_REVOKE_ENDS_SESSIONS,
	KEY_EXPIRY_ENDS_SESSIONS,
	KEY_NAME_SERVICES,
	KEY_LOCAL_SERVICES,
	KEY_KEEP,
	KEY_MAX_ENTRIES,
	KEY_USAGE_SYNC,
	KEY_ISSUER,
	KEY_HOST,
	KEY_HUB,
	KEY_MAX_STALENESS,
	POLICY_KEYS
};

extern const struct policy_key policy_keys[POLICY_KEYS];

/* The one key of [verifier NAME]; the member is one of struct verifier. */
extern const struct policy_key policy_verifier_key;

/* That of [issuer NAME]; the member is a struct issuer, whose keys it sets. */
extern const struct policy_key policy_issuer_key;

/* Where a value comes from; all 0 if it is the default. */
struct policy_setting {
	unsigned int file; /* its number in the order of reading */
	char *source;      /* "FILE:LINE" */
	char *value;       /* as it stands there; NULL if it cannot be */
};

struct policy_set {
	struct policy policy;
	struct policy_setting settings[POLICY_KEYS];
	/* Of each verifier's services; before these are set, the source is that of its section. */
	struct policy_setting verifiers[POLICY_VERIFIERS_MAX];
	struct policy_setting issuers[POLICY_ISSUERS_MAX]; /* of their keys; likewise */
};

/* A copy for a member of a setting, which policy_setting_clear() frees.  NULL without memory. */
char *policy_setting_copy(const char *text);
void policy_setting_clear(struct policy_setting *setting);
