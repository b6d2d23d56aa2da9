/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests that are answered with a secret: as a descriptor, or sealed to a recipient. */
#include <sodium.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patd/crypto/token_secret.h"
#include "patd/requests/handlers.h"
#include "patd/requests/requests_private.h"
#include "patd/util/log.h"

_Static_assert(ANSWER_BOX_SIZE == SECRET_BOX_LEN, "a box fits");

static void free_secret(char **secret)
{
	sodium_free(*secret);
}
#define cleanup_secret __attribute__((cleanup(free_secret)))

/* It points into the request. */
static struct token_request request_of(const struct work *work)
{
	const struct request_generate *generate = &work->request.generate;
	const bool for_user = (generate->given & GIVEN_USER) != 0;
	struct token_request request = {
		.name = generate->name,
		.uid = for_user ? generate->uid : work->caller.uid,
		.user = for_user ? generate->user : work->caller.user,
		.has_lifetime = (generate->given & GIVEN_LIFETIME) != 0,
		.lifetime = generate->lifetime,
		.has_expires_at = (generate->given & GIVEN_EXPIRES_AT) != 0,
		.expires_at = generate->expires_at,
		.note = generate->note,
		.fleet = (generate->given & GIVEN_FLEET) != 0,
	};

	for (unsigned int r = 0; r < PAT_RESTRICTIONS; r++) {
		request.restrictions[r].number = generate->numbers[r];
		request.restrictions[r].text = generate->texts[r];
	}
	return request;
}

enum progress serve_may_generate(struct work *work)
{
	const struct token_request request = request_of(work);

	return work_end(work,
		tokens_may_generate(tokens_of(work), &work->caller, &request, &work->refusal));
}

/* NULL: the secret goes into a descriptor. */
static const uint8_t *recipient_of(uint32_t given, const uint8_t *recipient)
{
	return (given & GIVEN_RECIPIENT) != 0 ? recipient : NULL;
}

/* Before anything is changed: false, and it has been refused, if nothing could be handed out. */
static bool can_hand_out(struct work *work, const uint8_t *recipient, const char *secret)
{
	const bool takes = !recipient || secret_box_takes(recipient, SECRET_BOX_KEY_LEN);

	if (!secret)
		(void)work_refuse_for(
			work, PAT_ERR_NO_MEMORY, N_("out of memory, nothing was changed"));
	else if (!takes)
		(void)work_refuse_for(work, PAT_ERR_INVALID_ARGS,
			"the recipient is no public key: it takes the 32 bytes of one of X25519");
	return secret && takes;
}

/* False: it could not be handed out. */
static bool hand_out(struct work *work, const char *id, const uint8_t *recipient,
	const char secret[static PAT_TOKEN_LEN])
{
	struct answer_secret body = { 0 };
	cleanup_close int fd = -1;

	if (!pat_field_set(body.id, sizeof(body.id), id))
		return false;
	if (recipient ? secret_box_seal(secret, recipient, body.box) != 0
		      : secret_fd_new(secret, &fd) < 0)
		return false;
	(void)work_done(work, &body, sizeof(body), fd);
	return true;
}

/* Deletes a token whose secret nobody has. */
static void delete_undelivered(
	struct tokens *tokens, const struct caller *caller, const struct pat_id *id)
{
	const struct revocation revocation = { .reason = "its secret could not be delivered" };
	struct refusal refusal;
	enum pat_error error = tokens_revoke(tokens, caller, id->text, &revocation, &refusal);

	if (error == PAT_OK)
		error = tokens_delete(tokens, caller, id->text, &refusal);
	if (error == PAT_OK)
		log_notice("the secret of token %s could not be delivered; the token is deleted",
			id->text);
	else
		log_error("the secret of token %s could not be delivered, and the token could not "
			  "be deleted: %s",
			id->text, refusal.why);
}

void secrets_delete_undelivered(struct requests *requests)
{
	while (requests->undelivered_n > 0 && !sync_paused(requests->context.sync)) {
		const struct undelivered *undelivered =
			&requests->undelivered[--requests->undelivered_n];

		delete_undelivered(
			requests->context.tokens, &undelivered->caller, &undelivered->id);
	}
}

void generate_ended(struct work *work, bool delivered)
{
	struct requests *requests = work->peer->requests;
	const struct pat_id *generated = work->state; /* and not delivered yet */

	if (delivered || !generated || generated->text[0] == '\0')
		return;
	if (sync_paused(requests->context.sync) && requests->undelivered_n < UNDELIVERED_MAX)
		requests->undelivered[requests->undelivered_n++] =
			(struct undelivered) { work->caller, *generated };
	else
		delete_undelivered(tokens_of(work), &work->caller, generated);
}

enum progress serve_generate(struct work *work)
{
	const struct request_generate *generate = &work->request.generate;
	const uint8_t *recipient = recipient_of(generate->given, generate->recipient);
	const struct token_request request = request_of(work);
	struct pat_id *generated = work_state(work, sizeof(*generated));
	cleanup_secret char *secret = sodium_malloc(PAT_TOKEN_LEN + 1);
	struct token token;
	enum pat_error error;

	if (!generated || !can_hand_out(work, recipient, secret))
		return WORK_ANSWERED;
	error = tokens_generate(
		tokens_of(work), &work->caller, &request, &token, secret, &work->refusal);
	if (error != PAT_OK)
		return work_refuse(work, error);
	*generated = token.id;
	if (hand_out(work, token.id.text, recipient, secret))
		return WORK_ANSWERED;
	generate_ended(work, false);
	generated->text[0] = '\0';
	return work_refuse_for(work, PAT_ERR_NO_MEMORY,
		N_("the secret could not be delivered; the token was deleted"));
}

/* If the new secret does not arrive, the former one still works for the grace period. */
enum progress serve_rotate(struct work *work)
{
	const struct request_rotate *rotate = &work->request.rotate;
	const uint8_t *recipient = recipient_of(rotate->given, rotate->recipient);
	const struct rotation rotation = {
		.end_sessions = (rotate->given & GIVEN_END_SESSIONS) != 0,
		.grace = (rotate->given & GIVEN_GRACE) != 0 ? rotate->grace : TOKENS_GRACE_DEFAULT,
		.has_lifetime = (rotate->given & GIVEN_LIFETIME) != 0,
		.lifetime = rotate->lifetime,
		.has_expires_at = (rotate->given & GIVEN_EXPIRES_AT) != 0,
		.expires_at = rotate->expires_at,
	};
	cleanup_secret char *secret = sodium_malloc(PAT_TOKEN_LEN + 1);
	enum pat_error error;

	if (!can_hand_out(work, recipient, secret))
		return WORK_ANSWERED;
	error = tokens_rotate(
		tokens_of(work), &work->caller, rotate->id, &rotation, secret, &work->refusal);
	if (error != PAT_OK)
		return work_refuse(work, error);
	if (hand_out(work, rotate->id, recipient, secret))
		return WORK_ANSWERED;
	return work_refuse_for(work, PAT_ERR_NO_MEMORY,
		N_("the new secret could not be delivered; rotate the token again"));
}
