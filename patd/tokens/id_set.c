/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A hash table with open addressing, at most half full. */
#include "patd/tokens/id_set.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 64U

struct id_set {
	struct pat_id *slots; /* "": free */
	size_t slots_n;       /* a power of two */
	size_t count;
	uint8_t key[crypto_shorthash_KEYBYTES]; /* so that no issuer chooses ids that collide */
};

static size_t slot_of(const struct id_set *set, const struct pat_id *slots, size_t slots_n,
	const struct pat_id *id)
{
	uint64_t hash;
	size_t at;

	crypto_shorthash((uint8_t *)&hash, (const uint8_t *)id->text, PAT_ID_LEN, set->key);
	at = hash & (slots_n - 1);
	while (slots[at].text[0] != '\0' && memcmp(slots[at].text, id->text, PAT_ID_LEN) != 0)
		at = (at + 1) & (slots_n - 1);
	return at;
}

struct id_set *id_set_new(void)
{
	struct id_set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->slots = calloc(SLOTS_FIRST, sizeof(*set->slots));
	if (!set->slots) {
		free(set);
		return NULL;
	}
	set->slots_n = SLOTS_FIRST;
	crypto_shorthash_keygen(set->key);
	return set;
}

void id_set_free(struct id_set *set)
{
	if (!set)
		return;
	free(set->slots);
	free(set);
}

bool id_set_has(const struct id_set *set, const struct pat_id *id)
{
	return set->slots[slot_of(set, set->slots, set->slots_n, id)].text[0] != '\0';
}

static int grow(struct id_set *set)
{
	const size_t slots_n = set->slots_n * 2;
	struct pat_id *slots = calloc(slots_n, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < set->slots_n; i++)
		if (set->slots[i].text[0] != '\0')
			slots[slot_of(set, slots, slots_n, &set->slots[i])] = set->slots[i];
	free(set->slots);
	set->slots = slots;
	set->slots_n = slots_n;
	return 0;
}

int id_set_add(struct id_set *set, const struct pat_id *id)
{
	size_t at;
	int r;

	if (id_set_has(set, id))
		return 0;
	if (set->count >= set->slots_n / 2 && (r = grow(set)) < 0)
		return r;
	at = slot_of(set, set->slots, set->slots_n, id);
	set->slots[at] = *id;
	set->count++;
	return 0;
}

size_t id_set_count(const struct id_set *set)
{
	return set->count;
}
