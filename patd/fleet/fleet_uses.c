/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses kept for a later turn of the loop, in rounds of at least a second. */
#include "patd/fleet/fleet_uses.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "patd/util/log.h"

#define INTERVAL_US (UINT64_C(1000) * 1000) /* between two rounds */
#define A_TURN 32U                          /* uses in one turn of the loop */
#define SLOTS ((size_t)2 * FLEET_USES_MAX)  /* a power of two */

struct fleet_uses {
	fleet_use_fn fn;
	void *userdata;
	sd_event_source *timer;
	uint64_t next_us; /* no round begins before */
	bool waits;       /* for fleet_uses_resume() */
	bool overflowed;  /* and that was logged */
	unsigned int n;
	unsigned int told; /* of those in this round */
	struct {
		struct fleet_use use;
		bool is_new; /* since it was told */
	} uses[FLEET_USES_MAX];
	uint16_t slots[SLOTS]; /* by id: an index into uses, plus 1; 0: free */
};

/* FNV-1a */
static size_t slot_of(const char *id)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < PAT_ID_LEN; i++)
		hash = (hash ^ (uint8_t)id[i]) * 16777619U;
	return hash % SLOTS;
}

/* Where that id is, or would go. */
static uint16_t *find(struct fleet_uses *uses, const char *id)
{
	size_t slot = slot_of(id);

	while (uses->slots[slot] != 0 &&
		memcmp(uses->uses[uses->slots[slot] - 1U].use.id, id, PAT_ID_LEN) != 0)
		slot = (slot + 1) % SLOTS;
	return &uses->slots[slot];
}

static void arm(struct fleet_uses *uses, uint64_t at_us)
{
	if (sd_event_source_set_time(uses->timer, at_us) < 0 ||
		sd_event_source_set_enabled(uses->timer, SD_EVENT_ONESHOT) < 0)
		log_error("cannot set a timer; patd-fleet is not told of uses");
}

static void overflow(struct fleet_uses *uses)
{
	if (!uses->overflowed)
		log_warning("more than %u fleet tokens were used, and patd-fleet does not take "
			    "that; where others were last used is not known elsewhere",
			FLEET_USES_MAX);
	uses->overflowed = true;
}

void fleet_uses_add(struct fleet_uses *uses, const struct token *token)
{
	uint16_t *slot = find(uses, token->id.text);
	struct fleet_use *use;

	if (*slot == 0 && uses->n == FLEET_USES_MAX) {
		overflow(uses);
		return;
	}
	if (uses->n == 0 && !uses->waits)
		arm(uses, uses->next_us);
	if (*slot == 0)
		*slot = (uint16_t)++uses->n;
	use = &uses->uses[*slot - 1U].use;
	uses->uses[*slot - 1U].is_new = true;
	*use = (struct fleet_use) { .at = token->last_used_at, .uses = token->uses };
	pat_field_cut(use->id, sizeof(use->id), token->id.text);
	pat_field_cut(use->issuer, sizeof(use->issuer), token->issuer);
	pat_field_cut(use->service, sizeof(use->service), token->last_used_service);
	pat_field_cut(use->source, sizeof(use->source), token->last_used_from);
}

/* Those that are new since they were told make up the next round. */
static void end_round(struct fleet_uses *uses, uint64_t now)
{
	unsigned int n = 0;

	memset(uses->slots, 0, sizeof(uses->slots));
	for (unsigned int i = 0; i < uses->n; i++) {
		if (!uses->uses[i].is_new)
			continue;
		uses->uses[n] = uses->uses[i];
		*find(uses, uses->uses[n].use.id) = (uint16_t)(n + 1);
		n++;
	}
	uses->n = n;
	uses->told = 0;
	uses->overflowed = false;
	uses->next_us = now + INTERVAL_US;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct fleet_uses *uses = userdata;
	uint64_t now;
	int r = sd_event_now(sd_event_source_get_event(source), CLOCK_MONOTONIC, &now);

	(void)usec;
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < A_TURN && uses->told < uses->n; i++) {
		if (!uses->fn(&uses->uses[uses->told].use, uses->userdata)) {
			uses->waits = true;
			return 0;
		}
		uses->uses[uses->told++].is_new = false;
	}
	if (uses->told == uses->n)
		end_round(uses, now);
	if (uses->n > 0)
		arm(uses, uses->told > 0 ? now : uses->next_us);
	return 0;
}

void fleet_uses_resume(struct fleet_uses *uses)
{
	if (!uses->waits)
		return;
	uses->waits = false;
	arm(uses, uses->told > 0 ? 0 : uses->next_us);
}

void fleet_uses_free(struct fleet_uses *uses)
{
	if (!uses)
		return;
	sd_event_source_disable_unref(uses->timer);
	free(uses);
}

DEFINE_CLEANUP(fleet_uses_free, fleet_uses)

int fleet_uses_new(sd_event *event, fleet_use_fn fn, void *userdata, struct fleet_uses **ret_uses)
{
	cleanup_with(fleet_uses_free) struct fleet_uses *uses = calloc(1, sizeof(*uses));
	int r;

	if (!uses)
		return -ENOMEM;
	uses->fn = fn;
	uses->userdata = userdata;
	r = sd_event_add_time(
		event, &uses->timer, CLOCK_MONOTONIC, UINT64_MAX, 1000, on_timer, uses);
	if (r < 0)
		return r;
	*ret_uses = TAKE(uses);
	return 0;
}
