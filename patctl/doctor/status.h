/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What patctl status shows: the caller, its session and tokens, and for root the machine. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patctl/doctor/doctor.h"
#include "patctl/print/output_context.h"

#define STATUS_PERIOD (UINT64_C(7) * 24 * 3600) /* seconds: what "soon" and "lately" mean */

/* The states of tokens, in the order in which they are shown. */
enum status_state {
	STATUS_ACTIVE,
	STATUS_PENDING,
	STATUS_DISABLED,
	STATUS_REVOKED,
	STATUS_EXPIRED,
	STATUS_ENDED,
	STATUS_EXHAUSTED,
	STATUS_STALE,
	STATUS_UNKNOWN_ISSUER,
	STATUS_ALTERED,
	STATUS_STATES
};

/* An untranslated word, static. */
const char *status_state_word(enum status_state state);

struct status_counts {
	uint64_t all, states[STATUS_STATES];
	bool partial; /* there are more, which were not counted in time */
};

void status_count(struct status_counts *counts, const struct token_row *token);

enum status_end {
	STATUS_END_NONE,  /* or far away, or it is not accepted whatever its expiration */
	STATUS_END_SOON,  /* it expires within STATUS_PERIOD */
	STATUS_END_LATELY /* it expired within STATUS_PERIOD */
};

/* now: seconds since 1970 UTC. */
enum status_end status_end(const struct token_row *token, uint64_t now);

/* Whether it was generated for no longer than STATUS_PERIOD, so that its end surprises nobody. */
bool status_end_is_meant(const struct token_row *token);

/* One of the caller's own tokens that expires soon, or has expired lately. */
struct status_ending {
	struct pat_id id;
	char *name; /* owned */
	uint64_t at;
};

struct status_session {
	const char
		*given; /* the value of PAT_TOKEN_ID; NULL: it is not set, or of another machine */
	bool found;     /* patd has such a token, which the caller may see: */
	struct token_row token; /* and it is this */
};

struct status {
	uint32_t uid;
	char *user;       /* owned; NULL: not known */
	const char *host; /* NULL: this machine */
	bool is_root;
	bool reached;     /* patd answered */
	uint64_t started; /* when patd was; 0: not known */
	struct status_session session;
	struct status_counts own, machine; /* machine: for root */
	struct status_ending *endings;     /* owned, by name */
	size_t n_endings;
	bool disabled_known; /* for root */
	struct records disabled;
	const struct findings *findings; /* what needs attention */
};

void status_print(const struct status *status, const struct output_context *context);

void status_print_json(const struct status *status);
