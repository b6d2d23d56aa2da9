/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A new token: what it may be, and what it becomes. */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "common/l10n.h"
#include "common/lifetime.h"
#include "patd/model/fleet_name.h"
#include "patd/tokens/tokens_private.h"

static enum pat_error choose_expiry(const struct tokens *tokens,
	const struct token_request *request, uint64_t *ret_expires_at, struct refusal *ret_refusal)
{
	uint64_t now = clock_now(tokens->clock);
	uint64_t lifetime =
		request->has_lifetime ? request->lifetime : tokens->policy->default_lifetime;

	if (request->has_lifetime && request->has_expires_at)
		return tokens_refuse(
			PAT_ERR_INVALID_ARGS, "give lifetime or expires_at, not both", ret_refusal);
	if (request->has_expires_at && request->expires_at == PAT_NEVER) {
		*ret_expires_at = PAT_NEVER;
		return PAT_OK;
	}
	if (request->has_expires_at && request->expires_at <= now)
		return tokens_refuse(
			PAT_ERR_INVALID_EXPIRY, N_("the expiration is in the past"), ret_refusal);
	if (lifetime == 0)
		return tokens_refuse(PAT_ERR_INVALID_EXPIRY,
			N_("the lifetime is zero; for a token that never expires set expires_at to "
			   "0"),
			ret_refusal);
	if ((request->has_expires_at && request->expires_at > PAT_EXPIRES_MAX) ||
		now > PAT_EXPIRES_MAX || lifetime > PAT_EXPIRES_MAX - now)
		return tokens_refuse(PAT_ERR_INVALID_EXPIRY,
			N_("the expiration is beyond the year 9999; choose an earlier one, or "
			   "never"),
			ret_refusal);
	*ret_expires_at = request->has_expires_at ? request->expires_at : now + lifetime;
	return PAT_OK;
}

static enum pat_error check_beginning(const struct token *token, struct refusal *ret_refusal)
{
	if (token->expires_at == PAT_NEVER || token->limits.not_before < token->expires_at)
		return PAT_OK;
	return tokens_refuse(PAT_ERR_INVALID_RESTRICTION,
		N_("the token would expire before its not_before; choose a later expiration or an "
		   "earlier not_before"),
		ret_refusal);
}

/* Nobody is given a token that the policy would refuse, or cut short, when it is used. */
static enum pat_error check_policy(
	const struct tokens *tokens, const struct token *token, struct refusal *ret_refusal)
{
	const struct policy *policy = tokens->policy;

	if (token->expires_at == PAT_NEVER &&
		(!policy->allow_never || policy->max_lifetime != POLICY_UNLIMITED))
		return tokens_refuse(PAT_ERR_AGAINST_POLICY,
			N_("the policy requires an expiration"), ret_refusal);
	if (policy->max_lifetime != POLICY_UNLIMITED &&
		token->expires_at - token->created_at > policy->max_lifetime)
		return tokens_refuse(PAT_ERR_AGAINST_POLICY,
			N_("the expiration exceeds the policy maximum (tokens.max_lifetime)"),
			ret_refusal);
	return PAT_OK;
}

const char tokens_fleet_no_issuer[] =
	N_("this machine issues no fleet tokens: patd.conf has no issuer in section [fleet]; "
	   "\"patctl fleet\" lists the issuers that it knows");

/* What a token is bound to is on one machine. */
const char *tokens_fleet_problem(const struct token *token)
{
	const struct limits *limits = &token->limits;

	if (token->issuer[0] == '\0')
		return limits->hosts[0] == '\0'
			       ? NULL
			       : N_("only a fleet token can be restricted to hosts");
	if (limits->until[0] != '\0')
		return N_("a fleet token cannot be bound to a boot, a login session or a unit of "
			  "one machine");
	return NULL;
}

/* Nobody is given a token whose uses can be counted nowhere. */
static enum pat_error check_hub(
	const struct tokens *tokens, const struct token *token, struct refusal *ret_refusal)
{
	if (token->issuer[0] == '\0' || token->limits.max_uses == 0 ||
		tokens->policy->hub[0] != '\0')
		return PAT_OK;
	return tokens_refuse(PAT_ERR_INVALID_RESTRICTION,
		N_("the uses of a fleet token are counted by the hub of the fleet, and patd.conf "
		   "has no fleet.hub"),
		ret_refusal);
}

static enum pat_error choose_limits(const struct tokens *tokens, const struct caller *caller,
	const struct token_request *request, struct token *token, struct refusal *ret_refusal)
{
	enum pat_error error;
	struct limits *limits = &token->limits;
	const char *problem;

	for (unsigned int r = 0; r < PAT_RESTRICTIONS; r++) {
		problem = limits_set(limits, (enum pat_restriction)r, &request->restrictions[r]);
		if (problem)
			return tokens_refuse(PAT_ERR_INVALID_RESTRICTION, problem, ret_refusal);
	}
	problem = tokens_fleet_problem(token);
	if (problem)
		return tokens_refuse(PAT_ERR_INVALID_RESTRICTION, problem, ret_refusal);
	if ((error = check_hub(tokens, token, ret_refusal)) != PAT_OK ||
		(error = check_beginning(token, ret_refusal)) != PAT_OK)
		return error;
	return tokens_bind(tokens, caller, token, ret_refusal);
}

enum pat_error tokens_change_expiry(const struct tokens *tokens,
	const struct token_request *request, struct token *token, struct refusal *ret_refusal)
{
	enum pat_error error;

	if (!request->has_lifetime && !request->has_expires_at)
		return PAT_OK;
	if ((error = choose_expiry(tokens, request, &token->expires_at, ret_refusal)) != PAT_OK ||
		(error = check_policy(tokens, token, ret_refusal)) != PAT_OK)
		return error;
	return check_beginning(token, ret_refusal);
}

/* All of the token that the request decides. */
static enum pat_error make_token(const struct tokens *tokens, const struct caller *caller,
	const struct token_request *request, struct token *ret_token, struct refusal *ret_refusal)
{
	const char *problem = pat_name_problem(request->name);
	enum pat_error error;

	if (problem)
		return tokens_refuse(PAT_ERR_INVALID_NAME, problem, ret_refusal);
	problem = request->note ? pat_note_problem(request->note) : NULL;
	if (problem)
		return tokens_refuse(PAT_ERR_INVALID_ARGS, problem, ret_refusal);
	if (request->user && !tokens_user_nameable(request->user))
		return tokens_refuse(PAT_ERR_UNKNOWN_USER, NULL, ret_refusal);
	if (request->fleet && tokens->policy->issuer[0] == '\0')
		return tokens_refuse(PAT_ERR_NOT_ISSUER, tokens_fleet_no_issuer, ret_refusal);
	if (request->fleet && !fleet_user_valid(request->user ? request->user : caller->user))
		return tokens_refuse(PAT_ERR_UNKNOWN_USER, NULL, ret_refusal);
	*ret_token = (struct token) { .created_at = clock_now(tokens->clock) };
	if (request->fleet)
		pat_field_cut(ret_token->issuer, sizeof(ret_token->issuer), tokens->policy->issuer);
	if ((error = choose_expiry(tokens, request, &ret_token->expires_at, ret_refusal)) !=
			PAT_OK ||
		(error = check_policy(tokens, ret_token, ret_refusal)) != PAT_OK)
		return error;
	pat_field_cut(ret_token->note, sizeof(ret_token->note), request->note ? request->note : "");
	return choose_limits(tokens, caller, request, ret_token, ret_refusal);
}

static int stop_at_first(const struct token *token, void *userdata)
{
	(void)token;
	(void)userdata;
	return 1;
}

enum pat_error tokens_check_name(struct tokens *tokens, const char *user, uint32_t uid, bool fleet,
	const char *name, struct refusal *ret_refusal)
{
	const struct list_filter filter = {
		.user = user, .by_uid = !fleet, .uid = uid, .name = name
	};
	int r = store_list(tokens->store, &filter, stop_at_first, NULL);

	return tokens_refuse_errno(r > 0 ? -EEXIST : r, ret_refusal);
}

static enum pat_error check_user(
	struct tokens *tokens, const char *user, uint32_t uid, struct refusal *ret_refusal)
{
	uint64_t max = tokens->policy->max_tokens, count = 0;
	bool disabled = true;
	int r = store_is_disabled(tokens->store, user, &disabled);

	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	if (disabled)
		return tokens_refuse(PAT_ERR_DISABLED,
			N_("tokens are disabled for this user, or for all; an administrator can enable "
			   "them: patctl enable USER, or patctl enable --all"),
			ret_refusal);
	if (max == POLICY_UNLIMITED)
		return PAT_OK;
	r = store_count(tokens->store, user, uid, max, &count);
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	if (count >= max)
		return tokens_refuse(PAT_ERR_AGAINST_POLICY,
			N_("the user has reached the policy maximum (tokens.max_tokens); delete "
			   "a token that is not needed"),
			ret_refusal);
	return PAT_OK;
}

/* Nobody shall give a password for what cannot be. */
enum pat_error tokens_may_generate(struct tokens *tokens, const struct caller *caller,
	const struct token_request *request, struct refusal *ret_refusal)
{
	bool own = !request->user || strcmp(request->user, caller->user) == 0;
	struct token token;
	enum pat_error error = make_token(tokens, caller, request, &token, ret_refusal);

	if (error != PAT_OK)
		return error;
	if (own && (error = tokens_check_name(tokens, caller->user, caller->uid, request->fleet,
			    request->name, ret_refusal)) != PAT_OK)
		return error;
	if (own && (error = check_user(tokens, caller->user, caller->uid, ret_refusal)) != PAT_OK)
		return error;
	return tokens_allow(caller, OP_GENERATE, own, ret_refusal);
}

enum pat_error tokens_generate(struct tokens *tokens, const struct caller *caller,
	const struct token_request *request, struct token *ret_token,
	char secret[static PAT_TOKEN_LEN + 1], struct refusal *ret_refusal)
{
	bool own = authority_owns(caller, request->uid, request->user);
	struct token token;
	enum pat_error error;

	if (request->uid == TOKEN_UID_ANY)
		return tokens_refuse(PAT_ERR_UNKNOWN_USER, NULL, ret_refusal);

	if ((error = tokens_allow(caller, OP_GENERATE, own, ret_refusal)) != PAT_OK ||
		(error = make_token(tokens, caller, request, &token, ret_refusal)) != PAT_OK ||
		(error = check_user(tokens, request->user, request->uid, ret_refusal)) != PAT_OK ||
		(error = tokens_ratelimit(tokens, caller, ret_refusal)) != PAT_OK)
		return error;

	token.uid = request->uid;
	token.created_by = caller->uid;
	pat_field_cut(token.user, sizeof(token.user), request->user);
	pat_field_cut(token.name, sizeof(token.name), request->name);
	pat_token_new(secret, &token.id);
	tokens_set_verifier(tokens, &token, secret);
	error = tokens_check_name(
		tokens, request->user, request->uid, request->fleet, request->name, ret_refusal);
	if (error == PAT_OK)
		error = tokens_commit_token(
			tokens, caller, CHANGE_GENERATE, ENTRY_GENERATED, &token, "", ret_refusal);
	if (error != PAT_OK) {
		sodium_memzero(secret, PAT_TOKEN_LEN + 1);
		return error;
	}
	*ret_token = token;
	return PAT_OK;
}
