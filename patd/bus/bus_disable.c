/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Methods about all tokens of a user: RevokeAll, Disable, Enable, ListDisabled. */
#include "patd/bus/arguments.h"
#include "patd/bus/methods.h"
#include "patd/bus/polkit.h"
#include "patd/bus/reply.h"

/* A RevokeAll under way. */
struct revoke_all {
	const char *user; /* owned by the message; NULL: the caller */
	struct revocation revocation;
	char place[PAT_NAME_BYTES_MAX + 1]; /* the name of the last token revoked */
	uint32_t count;
};

/* False: the call has ended. */
static bool read_revoke_all(struct call *call, struct revoke_all *all)
{
	struct revocation *revocation = &all->revocation;
	const struct bus_option options[] = {
		{ "user", DBUS_TYPE_STRING, &all->user, NULL },
		{ "for", DBUS_TYPE_UINT64, &revocation->seconds, &revocation->for_a_while },
		{ "reason", DBUS_TYPE_STRING, &revocation->reason, NULL },
		{ 0 },
	};

	return bus_options_only(call, options);
}

/* Revokes in slices, each in a turn of the loop, for the user in call->lookup. */
static void revoke_some(struct call *call)
{
	struct revoke_all *all = call->work;
	struct refusal refusal = { 0 };
	enum pat_error error =
		tokens_revoke_some(call_tokens(call), &call->caller, call->lookup.name,
			call->lookup.uid, &all->revocation, all->place, &all->count, &refusal);

	if (error != PAT_OK)
		polkit_refuse(call, error, &refusal, "", call->lookup.name);
	else if (all->place[0] != '\0')
		call_yield(call, revoke_some);
	else
		call_reply_args(call, DBUS_TYPE_UINT32, &all->count, DBUS_TYPE_INVALID);
}

static void serve_revoke_all(struct call *call)
{
	struct revoke_all *all = call_new_work(call, sizeof(*all));

	if (!all || !read_revoke_all(call, all))
		return;
	call->resume = revoke_some;
	if (all->user)
		call_find_user(call, all->user, revoke_some);
	else
		revoke_some(call); /* the last user that was looked up is the caller */
}

static void reply_or_refuse(struct call *call, enum pat_error error, const struct refusal *refusal)
{
	if (error == PAT_OK)
		call_reply_args(call, DBUS_TYPE_INVALID);
	else
		polkit_refuse(call, error, refusal, "", call->lookup.name);
}

/* Disables the user in call->lookup. */
static void disable(struct call *call)
{
	const char *user, *reason = NULL;
	const struct bus_option options[] = {
		{ "reason", DBUS_TYPE_STRING, &reason, NULL },
		{ 0 },
	};
	struct refusal refusal = { 0 };

	if (bus_options_after(call, &user, options))
		reply_or_refuse(call,
			tokens_disable(call_tokens(call), &call->caller, call->lookup.name, reason,
				&refusal),
			&refusal);
}

static void enable(struct call *call)
{
	static const struct bus_option none[] = { { 0 } };
	const char *user;
	struct refusal refusal = { 0 };

	if (bus_options_after(call, &user, none))
		reply_or_refuse(call,
			tokens_enable(
				call_tokens(call), &call->caller, call->lookup.name, &refusal),
			&refusal);
}

/*
 * Tokens have the user name that NSS gives, which may be spelled otherwise than the argument.  A
 * user who is gone, or cannot be looked up, has the name in the argument.
 */
static void find_user(struct call *call, void (*then)(struct call *call))
{
	DBusMessageIter args;
	const char *user;

	(void)dbus_message_iter_init(call->message, &args);
	dbus_message_iter_get_basic(&args, &user);
	if (user[0] != '\0') {
		call_find_any_user(call, user, then);
		return;
	}
	call->lookup.name[0] = '\0';
	then(call);
}

static void serve_disable(struct call *call)
{
	find_user(call, disable);
}

static void serve_enable(struct call *call)
{
	find_user(call, enable);
}

static int append_disabled(const struct disabled *disabled, void *userdata)
{
	static const struct bus_property columns[] = {
		{ "User", "s", NULL, BUS_TEXT(struct disabled, user) },
		{ "At", "t", NULL, BUS_MEMBER(struct disabled, at) },
		{ "Reason", "s", NULL, BUS_TEXT(struct disabled, reason) },
		{ "ByUid", "u", NULL, BUS_MEMBER(struct disabled, by_uid) },
		{ 0 },
	};

	return reply_rows_append(userdata, columns, disabled);
}

static void serve_list_disabled(struct call *call)
{
	cleanup_reply_rows struct reply_rows rows = { 0 };
	struct refusal refusal = { 0 };
	enum pat_error error;

	reply_rows_begin(&rows, call);
	error = tokens_list_disabled(
		call_tokens(call), &call->caller, append_disabled, &rows, &refusal);
	if (error == PAT_OK)
		call_reply(call, reply_rows_end(&rows, NULL));
	else
		polkit_refuse(call, error, &refusal, "", "");
}

const struct bus_method bus_disable_methods[] = {
	{
		.name = "RevokeAll",
		.in = { { "options", "a{sv}" } },
		.out = { { "count", "u" } },
		.handle = serve_revoke_all,
	},
	{
		.name = "Disable",
		.in = { { "user", "s" }, { "options", "a{sv}" } },
		.handle = serve_disable,
	},
	{
		.name = "Enable",
		.in = { { "user", "s" }, { "options", "a{sv}" } },
		.handle = serve_enable,
	},
	{
		.name = "ListDisabled",
		.out = { { "disabled", "aa{sv}" } },
		.handle = serve_list_disabled,
	},
	{ 0 },
};
