/*
 * Time changes the state of tokens, too: wakes up when the next one expires, comes back or
 * begins, and has the rules tell of it.
 */
#ifndef PATD_BUS_EXPIRY_TIMER_H
#define PATD_BUS_EXPIRY_TIMER_H

#include <systemd/sd-event.h>

#include "patd/tokens/tokens.h"

struct ends;

/* What happens from now on is told.  tokens must outlive it. */
int ends_new(sd_event *event, struct tokens *tokens, struct ends **ret_ends);
void ends_free(struct ends *ends);

/* There is a token that changes by itself then; 0: never. */
void ends_consider(struct ends *ends, uint64_t at);

/* Begins anew from now on: another policy is in force. */
void ends_begin(struct ends *ends);

#endif
