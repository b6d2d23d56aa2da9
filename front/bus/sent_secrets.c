/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A ring of what was sent, and the end of tokens whose secret came back. */
#include "front/bus/sent_secrets.h"

#include <stdlib.h>
#include <string.h>

#include "patd/util/log.h"

/* A token whose secret nobody has: revoked, and then deleted, by whoever had it generated. */
struct removal {
	struct question question;
	struct link *link;
	struct caller caller;
	struct pat_id id;
};

static void removal_ask(struct removal *removal, struct request *request,
	void (*done)(struct question *question, struct link_answer *answer))
{
	link_set_caller(request, &removal->caller);
	removal->question = (struct question) { .done = done, .urgent = true };
	if (link_ask(removal->link, &removal->question, request, 0) < 0) {
		log_error("token %s, whose secret nobody has, could not be deleted",
			removal->id.text);
		free(removal);
	}
}

static void on_deleted(struct question *question, struct link_answer *answer)
{
	struct removal *removal = (struct removal *)question;

	if (answer->error != PAT_OK)
		log_error("token %s, whose secret nobody has, could not be deleted: %s",
			removal->id.text, answer->why);
	free(removal);
}

static void on_revoked(struct question *question, struct link_answer *answer)
{
	struct removal *removal = (struct removal *)question;
	struct request request = { .head.kind = REQUEST_DELETE };

	if (answer->error != PAT_OK) {
		on_deleted(question, answer);
		return;
	}
	memcpy(request.token.id, removal->id.text, sizeof(removal->id.text));
	removal_ask(removal, &request, on_deleted);
}

void token_remove(
	struct link *link, const struct caller *caller, const struct pat_id *id, const char *reason)
{
	struct request request = { .head.kind = REQUEST_REVOKE };
	struct removal *removal = calloc(1, sizeof(*removal));

	if (!removal) {
		log_error("token %s, whose secret nobody has, is not deleted: out of memory",
			id->text);
		return;
	}
	removal->link = link;
	removal->caller = *caller;
	removal->id = *id;
	memcpy(request.revoke.id, id->text, sizeof(id->text));
	request.revoke.given = GIVEN_REASON;
	pat_field_cut(request.revoke.reason, sizeof(request.revoke.reason), reason);
	removal_ask(removal, &request, on_revoked);
}

void sent_secrets_add(struct sent_secrets *secrets, dbus_uint32_t serial, const struct pat_id *id,
	const struct caller *caller)
{
	if (serial != 0)
		secrets->all[secrets->next++ % SENT_SECRETS_MAX] =
			(struct sent_secret) { serial, *id, *caller };
}

void sent_secrets_returned(struct sent_secrets *secrets, struct link *link, dbus_uint32_t serial)
{
	for (unsigned int i = 0; serial != 0 && i < SENT_SECRETS_MAX; i++) {
		struct sent_secret *secret = &secrets->all[i];

		if (secret->serial != serial)
			continue;
		secret->serial = 0;
		/* The bus takes no second reply to a call: the sender has the bus's error. */
		log_notice("the secret of token %s could not be delivered; the token is deleted",
			secret->id.text);
		token_remove(
			link, &secret->caller, &secret->id, "its secret could not be delivered");
	}
}

void sent_secrets_forget(struct sent_secrets *secrets)
{
	memset(secrets->all, 0, sizeof(secrets->all));
}
