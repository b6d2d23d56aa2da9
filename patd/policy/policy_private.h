/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A policy with its sources, which policy_read.c fills and policy.c shows. */
#pragma once

#include "patd/policy/policy.h"
#include "patd/policy/policy_keys.h"

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
};

void policy_setting_clear(struct policy_setting *setting);
