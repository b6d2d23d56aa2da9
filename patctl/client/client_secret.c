/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The calls that hand out a secret, and the one that takes one.  It comes as a descriptor or, from
 * another machine, in a box that is opened into one: whoever asked finds the same.
 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/error.h"
#include "common/l10n.h"
#include "common/verdict.h"
#include "patctl/base/secret.h"
#include "patctl/base/text.h"
#include "patctl/client/box.h"
#include "patctl/client/client_call.h"

/* The box to have it sealed to, NULL where descriptors come through.  False with *error set. */
static bool prepare(struct client *client, struct box **ret_box, uint8_t recipient[static 32],
	uint32_t *given, DBusError *error)
{
	if (!client->host)
		return true;
	*ret_box = box_new();
	if (!*ret_box) {
		dbus_set_error(error, DBUS_ERROR_NO_MEMORY,
			_("cannot allocate protected memory for a key"));
		return false;
	}
	memcpy(recipient, (*ret_box)->recipient, sizeof((*ret_box)->recipient));
	*given |= GIVEN_RECIPIENT;
	return true;
}

/*
 * -1 if the box does not open: there is a secret now, so that is for whoever reads the descriptor
 * to tell, and to undo.
 */
static int take_secret(const struct client_answer *answer, const struct box *box)
{
	int secret;

	if (!box)
		return answer->fd;
	secret = box_open(box, answer->secret.box, sizeof(answer->secret.box));
	return secret < 0 ? -1 : secret;
}

bool client_generate(struct client *client, const struct client_token_request *wanted,
	struct pat_id *ret_id, int *ret_secret, DBusError *error)
{
	cleanup_box struct box *box = NULL;
	struct request request = { .head.kind = REQUEST_GENERATE };
	struct request_generate *generate = &request.generate;
	struct client_answer answer;
	struct system_user owner;
	const char *user = wanted->user;
	uint32_t none = 0;

	/* patd asks nothing of NSS; patd-bus does. */
	if (user && client->root) {
		if (!owner_find(user, &owner, error))
			return false;
		user = owner.name;
		generate->uid = owner.uid;
	}
	if (!prepare(client, &box, generate->recipient, &generate->given, error) ||
		!give_user(generate->user, user, &generate->given, error))
		return false;
	give_text(generate->name, sizeof(generate->name), wanted->name, &none, 0);
	GIVE_TEXT(generate, note, wanted->note, GIVEN_NOTE);
	generate->given |= wanted->fleet ? GIVEN_FLEET : 0U;
	give_expiry(&wanted->expiry, &generate->lifetime, &generate->expires_at, &generate->given);
	for (size_t i = 0; i < PAT_RESTRICTIONS; i++) {
		const struct restriction_value *value = &wanted->restrictions[i];

		generate->numbers[i] = value->number;
		give_text(generate->texts[i], sizeof(generate->texts[i]), value->text, &none, 0);
	}
	if (!client_ask(client, &request, NULL, &answer, error))
		return false;
	memcpy(ret_id->text, answer.secret.id, sizeof(ret_id->text));
	*ret_secret = take_secret(&answer, box);
	return true;
}

bool client_rotate(struct client *client, const struct pat_id *id,
	const struct client_rotation *rotation, int *ret_secret, DBusError *error)
{
	cleanup_box struct box *box = NULL;
	struct request request = { .head.kind = REQUEST_ROTATE };
	struct request_rotate *rotate = &request.rotate;
	struct client_answer answer;

	if (!prepare(client, &box, rotate->recipient, &rotate->given, error))
		return false;
	memcpy(rotate->id, id->text, sizeof(id->text));
	if (rotation->grace) {
		rotate->grace = *rotation->grace;
		rotate->given |= GIVEN_GRACE;
	}
	rotate->given |= rotation->end_sessions ? GIVEN_END_SESSIONS : 0U;
	give_expiry(&rotation->expiry, &rotate->lifetime, &rotate->expires_at, &rotate->given);
	if (!client_ask(client, &request, NULL, &answer, error))
		return false;
	*ret_secret = take_secret(&answer, box);
	return true;
}

void client_verdict_clear(struct client_verdict *verdict)
{
	names_free(&verdict->refusals);
	*verdict = (struct client_verdict) { 0 };
}

/* Looks at the account of the token's user, as pam_pat would: patd cannot. */
static bool look_at_account(struct client *client, struct client_verdict *verdict, DBusError *error)
{
	const struct client_filter filter = { .all = true, .id_prefix = verdict->id.text };
	cleanup_records struct records tokens = { 0 };
	cleanup_text char *cursor = NULL;
	const struct token_row *token;
	struct system_user now;
	enum user_answer answer;

	if (!client_list(client, &filter, &cursor, &tokens, error))
		return false;
	if (tokens.n != 1) /* patd says so, when it is asked about it */
		return true;
	token = tokens.items;
	answer = user_lookup_account(token->user, USER_LOOKUP_LIMIT, &now, &verdict->account_bits);
	if (answer == USER_UNKNOWN)
		verdict->account = CLIENT_ACCOUNT_GONE;
	else if (answer == USER_FOUND && ((token->uid != TOKEN_UID_ANY && now.uid != token->uid) ||
						 strcmp(now.name, token->user) != 0))
		verdict->account = CLIENT_ACCOUNT_ANOTHER;
	else if (answer == USER_FOUND)
		verdict->account = CLIENT_ACCOUNT_SEEN;
	return true;
}

/* As pam_pat does, patctl sends the digest, and what it sees of the account. */
static bool root_check(struct client *client, const char *secret, const char *service,
	const char *from, struct client_verdict *ret, DBusError *error)
{
	struct request request = { .head.kind = REQUEST_CHECK };
	struct client_answer answer;
	size_t n = 0;
	bool asked;

	(void)pat_token_parse(secret, &ret->id);
	if (!look_at_account(client, ret, error))
		return false;
	ret->refusals = must_alloc(calloc(1, sizeof(*ret->refusals)));
	if (ret->account == CLIENT_ACCOUNT_GONE || ret->account == CLIENT_ACCOUNT_ANOTHER)
		names_add(&ret->refusals, &n, verdict_word(PAT_OTHER_USER));
	if (ret->account == CLIENT_ACCOUNT_SEEN) {
		request.check.account = ret->account_bits;
		request.check.given |= GIVEN_ACCOUNT;
	}
	memcpy(request.check.id, ret->id.text, sizeof(ret->id.text));
	pat_token_digest(secret, strlen(secret), &request.check.digest);
	GIVE_TEXT(&request.check, service, service, GIVEN_SERVICE);
	GIVE_TEXT(&request.check, from, from, GIVEN_FROM);
	asked = client_ask(client, &request, NULL, &answer, error);
	sodium_memzero(&request.check.digest, sizeof(request.check.digest));
	for (size_t i = 0; asked && i < answer.check.n; i++)
		names_add(&ret->refusals, &n, verdict_word(answer.check.verdicts[i]));
	return asked;
}

/* Words of verdicts stay words here: patd on another machine may know more of them. */
static bool bus_check(struct client *client, const char *secret, const char *service,
	const char *from, struct client_verdict *ret, DBusError *error)
{
	DBusMessageIter args, options, at, words;
	cleanup_message DBusMessage *call = call_manager("Check", &args), *answer = NULL;
	cleanup_close int fd = secret_seal(secret);
	const char *path, *word;
	size_t n = 0;

	if (fd < 0) {
		dbus_set_error(error, DBUS_ERROR_NO_MEMORY, _("cannot hand the token to patd: %s"),
			strerror(-fd));
		return false;
	}
	call_fd(&args, fd);
	options_open(&args, &options);
	option_string(&options, "service", service);
	option_string(&options, "from", from);
	options_close(&args, &options);
	answer = call_ask(client, call, "oas", error);
	if (!answer)
		return false;
	dbus_message_iter_init(answer, &at);
	dbus_message_iter_get_basic(&at, &path);
	if (!answer_id(path, &ret->id))
		return answer_malformed("Check", error);
	dbus_message_iter_next(&at);
	ret->refusals = must_alloc(calloc(1, sizeof(*ret->refusals)));
	for (dbus_message_iter_recurse(&at, &words);
		dbus_message_iter_get_arg_type(&words) == DBUS_TYPE_STRING;
		dbus_message_iter_next(&words)) {
		dbus_message_iter_get_basic(&words, &word);
		names_add(&ret->refusals, &n, word);
	}
	return true;
}

bool client_check(struct client *client, const char *secret, const char *service, const char *from,
	struct client_verdict *ret, DBusError *error)
{
	struct client_verdict verdict = { 0 };
	const bool checked = (client->root ? root_check : bus_check)(
		client, secret, service, from, &verdict, error);

	if (checked)
		*ret = verdict;
	else
		client_verdict_clear(&verdict);
	return checked;
}
