/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Claims of uses of limited tokens, which the hub counts: logins wait for them.
 *
 * So they have a connection of their own, where they wait for no other job, and whose transactions
 * take each other's effects into account.  It is made when the first claim comes, and ends when
 * none has come for some minutes.  Each claim is answered within CLAIM_PATIENCE_US; if the hub is
 * lost, all are at once.  A claim that the hub may have counted is never made twice.
 */
#pragma once

#include <systemd/sd-event.h>

#include "fleet/local/patd_link.h"

#define CLAIMS_MAX 64U                            /* that wait */
#define CLAIM_PATIENCE_US (UINT64_C(1800) * 1000) /* patd itself waits for 2 s */

struct claims;

/* The link must outlive it.  0, -ENOMEM, or sd-event's error. */
int claims_new(sd_event *event, struct patd_link *link, struct claims **ret_claims);

/* NULL is allowed. */
void claims_free(struct claims *claims);

/* From now on the hub is that one: see hub_use(). */
int claims_use(struct claims *claims, const char *conninfo, const char *role);

/* A claim of patd.  The answer is told to the link, later than this returns or before. */
void claims_add(struct claims *claims, const struct fleet_claim *claim);

/* patd is gone, and with it those who waited. */
void claims_forget(struct claims *claims);
