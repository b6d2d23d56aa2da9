/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking a token up for a verdict, such that nothing shows but to who has the secret. */
#include "patd/tokens/candidate.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "patd/tokens/uses.h"
#include "patd/util/log.h"

/* Of no token: no id has such characters. */
#define NO_ID "----------"

static int take_id(const struct token *token, void *userdata)
{
	struct tokens *tokens = userdata;

	tokens->decoy = token->id;
	return 1;
}

/* Another token in place of one that there is not, with a secret that nobody has. */
static void load_decoy(struct tokens *tokens, struct token *ret)
{
	const struct list_filter any = { 0 };
	int r = store_get(tokens->store, tokens->decoy.text, ret);

	/* At first, and where it was deleted. */
	if (r == -ENOENT && store_list(tokens->store, &any, take_id, tokens) > 0)
		r = store_get(tokens->store, tokens->decoy.text, ret);
	if (r < 0)
		*ret = tokens->dummy;
	memcpy(ret->verifier, tokens->dummy.verifier, sizeof(ret->verifier));
	memcpy(ret->former_verifier, tokens->dummy.former_verifier, sizeof(ret->former_verifier));
}

/* What load_decoy() is for an unknown id, for a known one with another secret. */
static void look_up_none(struct tokens *tokens, const struct token *known)
{
	struct token none;

	tokens->decoy = known->id;
	(void)store_get(tokens->store, NO_ID, &none);
}

void verifiers_of(const struct tokens *tokens, const struct pat_digest *digest,
	struct verifiers *ret_verifiers)
{
	key_verifier(tokens->key, digest, ret_verifiers->local);
	fleet_verifier(digest, ret_verifiers->fleet);
}

/* Both are computed, whichever it is, and an unknown id has the one of the decoy. */
static const uint8_t *verifier_for(const struct verifiers *verifiers, const struct token *token)
{
	return token->issuer[0] == '\0' ? verifiers->local : verifiers->fleet;
}

/* A token that is kept, with the secret it has: nothing is looked up. */
static bool load_recent(struct tokens *tokens, const char *id, const struct verifiers *verifiers,
	struct candidate *ret)
{
	struct recent_token *recent =
		recent_find(&tokens->recent, store_version(tokens->store), id);
	const struct token *token = recent ? &recent->token : &tokens->dummy;
	bool matches = sodium_memcmp(verifier_for(verifiers, token), token->verifier,
			       TOKEN_VERIFIER_LEN) == 0;

	if (!recent || !matches)
		return false;
	*ret = (struct candidate) {
		.token = *token,
		.recent = recent,
		.known = true,
		.intact = true,
		.matches = true,
	};
	return true;
}

/* Who revokes all tokens of a user goes by the list of them. */
static int check_listed(struct tokens *tokens, struct candidate *candidate)
{
	if (!candidate->known || !candidate->intact || !(candidate->matches || candidate->previous))
		return 0;
	return store_is_listed(tokens->store, &candidate->token, &candidate->intact);
}

/* What is in the database, whether or not it is kept. */
static int load(struct tokens *tokens, const char *id, const struct verifiers *verifiers,
	struct candidate *ret)
{
	struct token *token = &ret->token;
	int r = store_get(tokens->store, id, token), error;
	const uint8_t *verifier;

	ret->recent = NULL;
	ret->former = false;
	ret->known = r == 0;
	if (r < 0)
		load_decoy(tokens, token);
	verifier = verifier_for(verifiers, token);
	ret->matches = sodium_memcmp(verifier, token->verifier, TOKEN_VERIFIER_LEN) == 0;
	ret->previous = sodium_memcmp(verifier, token->former_verifier, TOKEN_VERIFIER_LEN) == 0;
	ret->intact = tokens_intact(tokens, token);
	error = check_listed(tokens, ret);
	if (error < 0)
		return error;
	if (ret->known && ret->matches && ret->intact) {
		ret->recent = recent_keep(&tokens->recent, store_version(tokens->store), token);
		return 0;
	}
	if (r < 0 && r != -ENOENT)
		return r;
	if (ret->known)
		look_up_none(tokens, token);
	error = store_was_secret(tokens->store, id, verifier, &ret->former);
	return error < 0 ? error : 0;
}

int candidate_load_verifiers(struct tokens *tokens, const char *id,
	const struct verifiers *verifiers, struct candidate *ret)
{
	int r = 0;

	if (!load_recent(tokens, id, verifiers, ret))
		r = load(tokens, id, verifiers, ret);
	uses_apply_plain(tokens, &ret->token);
	return r;
}

int candidate_load(struct tokens *tokens, const char *id, const struct pat_digest *digest,
	struct candidate *ret)
{
	struct verifiers verifiers;
	int r;

	verifiers_of(tokens, digest, &verifiers);
	r = candidate_load_verifiers(tokens, id, &verifiers, ret);
	sodium_memzero(&verifiers, sizeof(verifiers));
	return r;
}

bool candidate_secret_known(const struct candidate *candidate)
{
	if (!candidate->known || !(candidate->matches || candidate->previous || candidate->former))
		return false;
	if (!candidate->intact)
		log_warning("token %s was altered in the database, outside of patd: refused",
			candidate->token.id.text);
	return candidate->intact;
}

bool candidate_replaced(const struct candidate *candidate, uint64_t now)
{
	return !candidate->matches && !(candidate->previous && candidate->token.former_until > now);
}
