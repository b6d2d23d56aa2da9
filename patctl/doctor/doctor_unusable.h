/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens whose services and sources exclude each other, so that no login can have them. */
#pragma once

#include "protocol/rows.h"

struct doctor;

/* All 0 to begin with. */
struct unusable {
	/* Owned; of the policy in force; NULL: not known. */
	char *local_services, *name_services;
	char *ids; /* owned, "CL48DsYXGA, …"; NULL: there is none */
	uint64_t n;
};

void unusable_clear(struct unusable *unusable);

/* Asks patd for the policy. */
void unusable_begin(struct doctor *doctor, struct unusable *unusable);

/* A token that is, or will be, accepted as far as its state goes. */
void unusable_count(struct unusable *unusable, const struct token_row *token);

void unusable_found(struct doctor *doctor, const struct unusable *unusable);
