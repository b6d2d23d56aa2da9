/* What ends the access of many tokens at once: RevokeAll, Disable, Enable. */
#include "common/l10n.h"
#include "patd/bus/arguments.h"
#include "patd/bus/methods.h"
#include "patd/bus/polkit.h"
#include "patd/bus/rows.h"

/* NULL, or what is wrong.  What is read stays the message's. */
static const char *read_revocation(
	struct call *call, const char **ret_user, struct revocation *ret_revocation)
{
	const struct bus_option options[] = {
		{ "user", DBUS_TYPE_STRING, ret_user, NULL },
		{ "for", DBUS_TYPE_UINT64, &ret_revocation->seconds, &ret_revocation->for_a_while },
		{ "reason", DBUS_TYPE_STRING, &ret_revocation->reason, NULL },
		{ 0 },
	};

	*ret_revocation = (struct revocation) { 0 };
	return bus_options_only(call->message, options);
}

/* A RevokeAll under way. */
struct revoke_all {
	char place[PAT_NAME_BYTES_MAX + 1];
	uint32_t count;
};

/* In slices, each a turn of the loop.  The user is in call->lookup. */
static void revoke_some(struct call *call)
{
	struct revoke_all *all = call->work;
	struct revocation revocation;
	struct refusal refusal = { 0 };
	const char *user = NULL;
	DBusMessage *reply;
	enum pat_error error;

	(void)read_revocation(call, &user, &revocation);
	error = tokens_revoke_some(call_tokens(call), &call->caller, call->lookup.name,
		call->lookup.uid, &revocation, all->place, &all->count, &refusal);
	if (error != PAT_OK) {
		polkit_refuse(call, error, &refusal, "", call->lookup.name);
		return;
	}
	if (all->place[0] != '\0') {
		call_yield(call, revoke_some);
		return;
	}
	reply = call_new_reply(call);
	if (reply && !dbus_message_append_args(
			     reply, DBUS_TYPE_UINT32, &all->count, DBUS_TYPE_INVALID)) {
		dbus_message_unref(reply);
		reply = NULL;
	}
	call_reply(call, reply);
}

static void revoke_all(struct call *call)
{
	if (call_new_work(call, sizeof(struct revoke_all)))
		revoke_some(call);
	else
		call_refuse(call, PAT_ERR_NO_MEMORY, N_("out of memory, nothing was changed"));
}

void bus_serve_revoke_all(struct call *call)
{
	struct revocation revocation;
	const char *user = NULL, *problem = read_revocation(call, &user, &revocation);

	if (problem)
		call_refuse(call, PAT_ERR_INVALID_ARGS, problem);
	else if (user)
		call_find_user(call, user, revoke_all);
	else
		revoke_all(call); /* the lookup's last answer is the caller itself */
}

static void conclude(
	struct call *call, enum pat_error error, const struct refusal *refusal, const char *user)
{
	if (error == PAT_OK)
		call_reply(call, call_new_reply(call));
	else
		polkit_refuse(call, error, refusal, "", user);
}

/* Of the user in call->lookup. */
static void disable(struct call *call)
{
	const char *user, *reason = NULL;
	const struct bus_option options[] = {
		{ "reason", DBUS_TYPE_STRING, &reason, NULL },
		{ 0 },
	};
	struct refusal refusal = { .why = bus_options_after(call->message, &user, options) };
	enum pat_error error = PAT_ERR_INVALID_ARGS;

	if (!refusal.why)
		error = tokens_disable(
			call_tokens(call), &call->caller, call->lookup.name, reason, &refusal);
	conclude(call, error, &refusal, call->lookup.name);
}

static void enable(struct call *call)
{
	static const struct bus_option none[] = { { 0 } };
	const char *user;
	struct refusal refusal = { .why = bus_options_after(call->message, &user, none) };
	enum pat_error error = PAT_ERR_INVALID_ARGS;

	if (!refusal.why)
		error = tokens_enable(
			call_tokens(call), &call->caller, call->lookup.name, &refusal);
	conclude(call, error, &refusal, call->lookup.name);
}

/*
 * Tokens have the name that NSS gives, which may be spelled otherwise than it was typed.  Who is
 * gone, or cannot be looked up, is meant as it was typed.
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

void bus_serve_disable(struct call *call)
{
	find_user(call, disable);
}

void bus_serve_enable(struct call *call)
{
	find_user(call, enable);
}

struct disabled_view {
	const char *user, *reason;
	uint64_t at;
	uint32_t by_uid;
};

static const struct bus_property disabled_properties[] = {
	{ "User", "s", NULL, offsetof(struct disabled_view, user) },
	{ "At", "t", NULL, offsetof(struct disabled_view, at) },
	{ "Reason", "s", NULL, offsetof(struct disabled_view, reason) },
	{ "ByUid", "u", NULL, offsetof(struct disabled_view, by_uid) },
	{ 0 },
};

static int append_disabled(const struct disabled *disabled, void *userdata)
{
	const struct disabled_view view = {
		.user = disabled->user,
		.reason = disabled->reason,
		.at = disabled->at,
		.by_uid = disabled->by_uid,
	};

	return bus_rows_append(userdata, disabled_properties, &view);
}

void bus_serve_list_disabled(struct call *call)
{
	struct bus_rows rows;
	struct refusal refusal = { 0 };
	enum pat_error error;

	bus_rows_begin(call, &rows);
	error = tokens_list_disabled(
		call_tokens(call), &call->caller, append_disabled, &rows, &refusal);
	if (error == PAT_OK) {
		call_reply(call, bus_rows_end(&rows, NULL));
		return;
	}
	bus_rows_abandon(&rows);
	polkit_refuse(call, error, &refusal, "", "");
}
