/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The restrictions of one token: what patd adds to the rows of common/restriction.h.
 *
 * A list or a text is kept in one canonical spelling and is parsed again where it is applied.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/restriction.h"

#define LIMITS_SERVICES_MAX 511 /* bytes of each text, without the NUL */
#define LIMITS_SOURCES_MAX 1023
#define LIMITS_HOURS_MAX 255
#define LIMITS_HOSTS_MAX 511
#define LIMITS_UNTIL_MAX 260
#define LIMITS_UNTIL_ID_MAX 32

struct limits {
	char services[LIMITS_SERVICES_MAX + 1]; /* see patd/model/services.h; "": all */
	char sources[LIMITS_SOURCES_MAX + 1];   /* see patd/model/sources.h; "": all */
	char hours[LIMITS_HOURS_MAX + 1];       /* see patd/model/hours.h; "": always */
	uint64_t not_before;                    /* seconds UTC; 0: from the start */
	uint64_t max_uses;                      /* 0: no limit */
	bool confirm; /* each use waits for the word of the owner or an administrator */
	char until[LIMITS_UNTIL_MAX + 1]; /* see patd/model/until.h; "": bound to nothing */
	/*
	 * Which of those of the same name, such as which boot: see patd/util/lifespan.h.  "": none,
	 * so that a token with an until is refused.  Nobody is told.
	 */
	char until_id[LIMITS_UNTIL_ID_MAX + 1];
	char hosts[LIMITS_HOSTS_MAX + 1]; /* of a fleet token, see patd/model/hosts.h; "": all */
};

/* A login, as far as restrictions are about it. */
struct login {
	uint64_t wall;               /* the wall clock, seconds UTC, */
	bool clock_in_doubt;         /* which may be wrong */
	const char *service, *rhost; /* NULL: not asked about, which is permitted */
	bool rhost_is_name; /* what rhost says is a name, also where it reads as an address */
	uint64_t uses;      /* how often the token was used before */
	const char *host;   /* the name of this machine in its fleet; NULL: not asked about */
};

/* The member of struct limits: apart from the rules, which patctl and patd-bus do not have. */
struct limit_place {
	size_t offset, size;
};

extern const struct limit_place limit_places[PAT_RESTRICTIONS];

/* Sets one restriction.  NULL, or what is wrong with the value, for a person; static. */
const char *limits_set(struct limits *limits, enum pat_restriction restriction,
	const struct restriction_value *value);

/* Whether the token, as far as that restriction goes, is good for the login. */
bool limits_permit(
	const struct limits *limits, enum pat_restriction restriction, const struct login *login);

/*
 * Whether limits, as far as that restriction goes, permit no login that outer does not permit.
 * False where that is not certain.
 */
bool limits_within(
	const struct limits *limits, const struct limits *outer, enum pat_restriction restriction);
