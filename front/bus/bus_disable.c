/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Methods about all tokens of a user: RevokeAll, Disable, Enable, ListDisabled. */
#include <string.h>

#include "common/l10n.h"
#include "common/wire.h"
#include "front/bus/arguments.h"
#include "front/bus/call_users.h"
#include "front/bus/interface.h"
#include "front/bus/polkit.h"
#include "front/bus/reply.h"

#define FIELD_OF(member) (member), sizeof(member)

/* A user as the caller named it; one that is too long stays too long, and NSS is not asked. */
struct named_user {
	char text[PAT_USER_MAX + 2];
	uint32_t given; /* GIVEN_USER, for RevokeAll */
};

static bool read_revoke_all(struct call *call, DBusMessageIter *args)
{
	struct named_user *user = call_new_work(call, sizeof(*user));
	struct request *request = user ? call_new_request(call, REQUEST_REVOKE_ALL) : NULL;
	struct request_revoke_all *all = request ? &request->revoke_all : NULL;
	uint32_t given = 0;

	if (!all)
		return false;
	const struct bus_option options[] = {
		{ "user", BUS_TEXT, FIELD_OF(user->text), GIVEN_USER },
		{ "for", BUS_NUMBER, &all->period, 0, GIVEN_PERIOD },
		{ "reason", BUS_TEXT, FIELD_OF(all->reason), GIVEN_REASON },
		{ "end_sessions", BUS_FLAG, NULL, 0, GIVEN_END_SESSIONS },
		{ 0 },
	};

	if (!bus_options_of_call(call, args, options, &given))
		return false;
	user->given = given & GIVEN_USER;
	all->given = given & ~(uint32_t)GIVEN_USER;
	return true;
}

static void reply_revoke_all(struct call *call, struct link_answer *answer)
{
	struct answer_count count;
	dbus_uint32_t n;

	memcpy(&count, answer->body, sizeof(count));
	n = count.count < UINT32_MAX ? (dbus_uint32_t)count.count : UINT32_MAX;
	call_reply_args(call, DBUS_TYPE_UINT32, &n, DBUS_TYPE_INVALID);
}

/* For the user in call->lookup. */
static void revoke_all(struct call *call)
{
	struct request_revoke_all *all = &call->request->revoke_all;

	all->given |= GIVEN_USER;
	all->uid = call->lookup.user.uid;
	memcpy(all->user, call->lookup.user.name, sizeof(all->user));
	call->resume = NULL;
	call->about_user = all->user;
	call_ask(call, reply_revoke_all);
}

static void find_revoked(struct call *call)
{
	const struct named_user *user = call->work;

	call_find_user(call, user->text, revoke_all);
}

static void serve_revoke_all(struct call *call)
{
	const struct named_user *user = call->work;
	const char *name = user->given ? user->text : call->caller.user;

	call->about_user = name;
	/* The last user that was looked up is the caller. */
	if (strcmp(name, call->caller.user) == 0)
		revoke_all(call);
	else
		polkit_require(call, OP_REVOKE, false, find_revoked);
}

/* For Disable and Enable: everybody, and no user. */
static bool means_all(const struct call *call)
{
	return (call->request->disable.given & GIVEN_ALL) != 0;
}

static bool read_user(struct call *call, DBusMessageIter *args, enum request_kind kind,
	const struct bus_option *options)
{
	struct named_user *user = call_new_work(call, sizeof(*user));
	struct request *request = user ? call_new_request(call, kind) : NULL;

	if (!request)
		return false;
	bus_text_read(args, FIELD_OF(user->text));
	if (!bus_options_of_call(call, args, options, &request->disable.given))
		return false;
	if (means_all(call) == (user->text[0] == '\0'))
		return true;
	call_refuse(call, PAT_ERR_INVALID_ARGS, N_("give the name of a user or all, and not both"));
	return false;
}

static bool read_disable(struct call *call, DBusMessageIter *args)
{
	char reason[REQUEST_REASON_SIZE] = "";
	const struct bus_option options[] = {
		{ "reason", BUS_TEXT, FIELD_OF(reason), GIVEN_REASON },
		{ "end_sessions", BUS_FLAG, NULL, 0, GIVEN_END_SESSIONS },
		{ "all", BUS_FLAG, NULL, 0, GIVEN_ALL },
		{ 0 },
	};

	if (!read_user(call, args, REQUEST_DISABLE, options))
		return false;
	memcpy(call->request->disable.reason, reason, sizeof(reason));
	return true;
}

static bool read_enable(struct call *call, DBusMessageIter *args)
{
	const struct bus_option options[] = {
		{ "all", BUS_FLAG, NULL, 0, GIVEN_ALL },
		{ 0 },
	};

	return read_user(call, args, REQUEST_ENABLE, options);
}

static void reply_done(struct call *call, struct link_answer *answer)
{
	(void)answer;
	call_reply_args(call, DBUS_TYPE_INVALID);
}

/*
 * Tokens have the user name that NSS gives, which may be spelled otherwise than the argument.  A
 * user who is gone, or cannot be looked up, has the name in the argument.
 */
static void disable(struct call *call)
{
	struct request_disable *request = &call->request->disable;

	call->resume = NULL;
	request->given |= GIVEN_USER;
	memcpy(request->user, call->lookup.user.name, sizeof(request->user));
	call_ask(call, reply_done);
}

static void find_disabled(struct call *call)
{
	const struct named_user *user = call->work;

	call->any_user = true;
	call_find_user(call, user->text, disable);
}

static void disable_everybody(struct call *call)
{
	call->resume = NULL;
	call_ask(call, reply_done);
}

static void serve_disable(struct call *call)
{
	const struct named_user *user = call->work;

	call->about_user = user->text;
	if (means_all(call))
		polkit_require(call, OP_DISABLE_ALL, false, disable_everybody);
	else
		polkit_require(call, OP_DISABLE, false, find_disabled);
}

static bool read_list_disabled(struct call *call, DBusMessageIter *args)
{
	(void)args;
	return call_new_request(call, REQUEST_LIST_DISABLED);
}

static void serve_list_disabled(struct call *call)
{
	reply_with_rows(call, &disabled_row_table);
}

const struct bus_method bus_disable_methods[] = {
	{ "RevokeAll", read_revoke_all, serve_revoke_all, .in = { { "options", "a{sv}" } },
		.out = { { "count", "u" } }, .takes_access = true },
	{ "Disable", read_disable, serve_disable, .in = { { "user", "s" }, { "options", "a{sv}" } },
		.takes_access = true },
	{ "Enable", read_enable, serve_disable, .in = { { "user", "s" }, { "options", "a{sv}" } } },
	{ "ListDisabled", read_list_disabled, serve_list_disabled,
		.out = { { "disabled", "aa{sv}" } }, .long_answer = true },
	{ 0 },
};
