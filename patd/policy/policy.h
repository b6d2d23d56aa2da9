/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The policy of the administrator, patd.conf(5): /etc/patd/patd.conf and then, in the order of
 * their names, /etc/patd/patd.conf.d/NAME.conf; the last setting of a key counts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patd/model/fleet_row.h"
#include "patd/model/limits.h"
#include "patd/model/token.h"

#define POLICY_VERIFIERS_MAX 16
#define POLICY_UNLIMITED UINT64_C(0)

/* A verifier account: it runs PAM without root, and may have all users' tokens verified there. */
struct verifier {
	char user[TOKEN_USER_BYTES_MAX + 1];
	uint32_t uid;
	char services[LIMITS_SERVICES_MAX + 1]; /* see patd/model/services.h; never "" */
};

#define POLICY_ISSUERS_MAX 16
#define POLICY_ISSUER_KEYS_MAX 4 /* of one issuer: while it changes its key there are two */
#define POLICY_HUB_MAX 1023

/* An issuer whose fleet tokens are accepted here: see doc/fleet.md. */
struct issuer {
	char name[FLEET_NAME_LEN_MAX + 1];
	struct {
		uint8_t bytes[FLEET_PUBLIC_KEY_LEN];
		char id[FLEET_KEY_ID_LEN + 1];
	} keys[POLICY_ISSUER_KEYS_MAX];
	size_t keys_n;
};

/* Times are seconds. */
struct policy {
	uint64_t default_lifetime;                   /* never 0, at most max_lifetime */
	uint64_t max_lifetime;                       /* POLICY_UNLIMITED */
	bool allow_never;                            /* tokens that do not expire */
	uint64_t max_tokens;                         /* of a user; POLICY_UNLIMITED */
	char self_services[LIMITS_SERVICES_MAX + 1]; /* of tokens users make; "": all */
	uint64_t revoke_unused;                      /* after so long; POLICY_UNLIMITED: never */
	uint64_t delete_ended;                       /* after so long; POLICY_UNLIMITED: never */
	bool deny_locked;                            /* users whose password is locked */
	uint64_t confirm_timeout;  /* an approval comes within so long, or never */
	bool revoke_ends_sessions; /* so do disabling, and a rotation without grace */
	bool expiry_ends_sessions;
	char name_services[LIMITS_SERVICES_MAX + 1];  /* that report host names; "": none */
	char local_services[LIMITS_SERVICES_MAX + 1]; /* local without a remote host; "": none */
	uint64_t keep_history; /* POLICY_UNLIMITED: as long as there is room */
	uint64_t max_history;  /* entries */
	bool usage_sync_full;  /* uses on disk before the login proceeds */
	struct verifier verifiers[POLICY_VERIFIERS_MAX];
	size_t verifiers_n;
	char issuer[FLEET_NAME_LEN_MAX + 1]; /* the name of this machine as one; "": it is none */
	/* Its name for the hosts of tokens: of an issuer, the same.  "": the machine's host name.
	 */
	char host[FLEET_NAME_LEN_MAX + 1];
	char hub[POLICY_HUB_MAX + 1]; /* see patd/policy/hub.h; "": none */
	uint64_t max_staleness;       /* of the rows of an issuer */
	struct issuer issuers[POLICY_ISSUERS_MAX];
	size_t issuers_n;
};

/* In force without any file. */
extern const struct policy policy_default;

/* One setting in force, for people: "tokens.max_lifetime", "1y", "…/patd.conf:12". */
struct policy_line {
	const char *key;    /* "SECTION.key" */
	const char *value;  /* as it would stand in the file */
	const char *source; /* "FILE:LINE", or "default" */
};

/* A policy as it was read, with the source of each setting. */
struct policy_set;

/* message: "FILE:LINE: what is wrong there, and what is allowed". */
typedef void (*policy_problem_fn)(const char *message, void *userdata);

/*
 * Reads the policy below conf_dir, "/etc/patd"; files that are missing are as if empty, and
 * those that others could have written are a problem.  0; -EINVAL after fn was called for every
 * problem; or -ENOMEM.
 * Resolves the names of verifiers by NSS: may block.
 */
int policy_read(
	const char *conf_dir, policy_problem_fn fn, void *userdata, struct policy_set **ret_set);
/* NULL is allowed. */
void policy_free(struct policy_set *set);

const struct policy *policy_of(const struct policy_set *set);

/* Every setting in force, in the order of patd.conf(5); each line is valid during the call. */
void policy_each(const struct policy_set *set,
	void (*fn)(const struct policy_line *line, void *userdata), void *userdata);

/* The issuer of that name that is trusted; NULL: there is none. */
const struct issuer *policy_issuer(const struct policy *policy, const char *name);

/* Whether uid is a verifier for that service; NULL: for any. */
bool policy_verifier(const struct policy *policy, uint32_t uid, const char *service);
