/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Methods about all tokens of a user: RevokeAll, Disable, Enable, ListDisabled. */
#include "patd/bus/arguments.h"
#include "patd/bus/interface.h"
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

	return bus_options_of_call(call, NULL, options);
}

/* Revokes in slices, each in a turn of the loop, for the user in call->lookup. */
static void revoke_some(struct call *call)
{
	struct revoke_all *all = call->work;
	enum pat_error error = tokens_revoke_some(call_tokens(call), &call->caller,
		call->lookup.name, call->lookup.uid, &all->revocation, all->place, &all->count,
		&call->refusal);

	if (error != PAT_OK)
		polkit_refuse(call, error, "", call->lookup.name);
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

/* Disables the user in call->lookup. */
static void disable(struct call *call)
{
	const char *user, *reason = NULL;
	const struct bus_option options[] = {
		{ "reason", DBUS_TYPE_STRING, &reason, NULL },
		{ 0 },
	};

	if (bus_options_of_call(call, &user, options))
		polkit_end(call,
			tokens_disable(call_tokens(call), &call->caller, call->lookup.name, reason,
				&call->refusal),
			call->lookup.name);
}

static void enable(struct call *call)
{
	const char *user;

	if (bus_options_of_call(call, &user, NULL))
		polkit_end(call,
			tokens_enable(call_tokens(call), &call->caller, call->lookup.name,
				&call->refusal),
			call->lookup.name);
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
	call->any_user = true;
	call->lookup.name[0] = '\0';
	if (user[0] != '\0')
		call_find_user(call, user, then);
	else
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
	struct reply_rows rows;
	enum pat_error error;

	reply_rows_begin(&rows, call, "a{sv}");
	error = tokens_list_disabled(
		call_tokens(call), &call->caller, append_disabled, &rows, &call->refusal);
	reply_rows_end(&rows, error, NULL, NULL);
}

const struct bus_method bus_disable_methods[] = {
	{ "RevokeAll", serve_revoke_all, .in = { { "options", "a{sv}" } },
		.out = { { "count", "u" } } },
	{ "Disable", serve_disable, .in = { { "user", "s" }, { "options", "a{sv}" } } },
	{ "Enable", serve_enable, .in = { { "user", "s" }, { "options", "a{sv}" } } },
	{ "ListDisabled", serve_list_disabled, .out = { { "disabled", "aa{sv}" } } },
	{ 0 },
};
