/* The verdict on a request at the verification door. */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "patd/log.h"
#include "patd/tokens_private.h"

/* How far the time in the database may lag behind the latest time seen, if only used. */
#define TIME_LAG_S 60

/*
 * What polkit authenticates people as, by PAM.  No token is good there: who had stolen one could
 * make another that outlives it.  Nor while patd asks nothing: polkit remembers an answer, and
 * everybody may have it ask.
 */
#define POLKIT_SERVICE "polkit-1"

/* The token that a request is compared with, and whether it is the real one. */
static int find_for_request(
	struct tokens *tokens, const struct pat_request *request, struct token *ret_token)
{
	int r = store_begin_usage(tokens->store);

	if (r == 0)
		r = store_get(tokens->store, request->id, ret_token);
	if (r < 0)
		*ret_token = tokens->dummy;
	return r;
}

/* Once told so, a token stays expired, also if patd starts again under a clock set back. */
static void record_end(struct tokens *tokens, const struct token *token, uint64_t now)
{
	if (tokens->time_stored < token->expires_at && tokens_store_time(tokens, now) < 0)
		log_error("the end of token %s could not be recorded", token->id.text);
}

/* What others send as their service may be anything. */
static const char *plain_service(const struct pat_request *request)
{
	return pat_name_problem(request->service) ? "?" : request->service;
}

static void record_use(struct tokens *tokens, const struct token *token,
	const struct pat_request *request, uint64_t now)
{
	const char *service = plain_service(request);
	int r = store_touch(tokens->store, token->id.text, now, service);

	if (r == 0 && now - tokens->time_stored >= TIME_LAG_S)
		r = tokens_store_time(tokens, now);
	if (r < 0)
		log_error("the use of token %s could not be recorded", token->id.text);
	tokens_tell(tokens, TOKEN_USED, token);
}

enum pat_verdict tokens_verify(struct tokens *tokens, uint32_t caller_uid,
	const struct pat_request *request, uint64_t *ret_expires_at)
{
	uint64_t now = clock_now(tokens->clock);
	uint8_t verifier[TOKEN_VERIFIER_LEN];
	struct token token;
	bool known, matches, unaltered;
	int r;

	if (caller_uid != 0 && caller_uid != request->uid)
		return PAT_NOT_ALLOWED;

	/* An unknown id costs what a known one does: nothing is decided before all is computed. */
	r = find_for_request(tokens, request, &token);
	known = r == 0;
	key_verifier(tokens->key, &request->digest, verifier);
	matches = sodium_memcmp(verifier, token.verifier, sizeof(verifier)) == 0;
	unaltered = tokens_intact(tokens, &token);
	sodium_memzero(verifier, sizeof(verifier));

	if (r < 0 && r != -ENOENT)
		return PAT_FAILED;
	if (!known || !matches)
		return PAT_WRONG;
	if (!unaltered) {
		log_warning("token %s was altered in the database, outside of patd: refused",
			token.id.text);
		return PAT_WRONG;
	}
	if (token.uid != request->uid || strcmp(token.user, request->user) != 0)
		return PAT_OTHER_USER;
	if (strcmp(request->service, POLKIT_SERVICE) == 0) {
		log_notice("token %s was given where polkit asks for a password: refused, a token "
			   "makes no tokens",
			token.id.text);
		return PAT_NOT_ALLOWED;
	}
	if (token.revoked_at != 0)
		return PAT_REVOKED;
	*ret_expires_at = token.expires_at;
	if (token_expired(&token, now)) {
		record_end(tokens, &token, now);
		return PAT_EXPIRED;
	}

	record_use(tokens, &token, request, now);
	return PAT_ACCEPTED;
}

void tokens_commit_usage(struct tokens *tokens)
{
	if (store_commit_usage(tokens->store) < 0) {
		log_error("the latest uses of tokens could not be recorded");
		tokens->time_stored = 0; /* what is stored now is older than we thought */
	}
}
