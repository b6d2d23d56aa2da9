/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who sent a call, as the bus and NSS say, and the users that callers name. */
#include "front/bus/call_users.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"
#include "front/bus/call_turns.h"
#include "front/bus/interface.h"

/* False: it was dropped, and has ended. */
static bool still_wanted(struct call *call)
{
	call->looking_up = false;
	if (call->dropped)
		free(call);
	else
		return true;
	return false;
}

static void on_user(struct lookup *lookup)
{
	struct call *call = (struct call *)lookup;

	if (!still_wanted(call))
		return;
	/* Also where the user need not exist: under which name its tokens are is not known. */
	if (lookup->user.result == -ENAMETOOLONG)
		call_refuse(call, PAT_ERR_UNKNOWN_USER, N_("no such user: the name is too long"));
	else if (lookup->user.result == 0 || call->any_user)
		call->then(call);
	else if (lookup->user.result == -ENOENT)
		call_refuse(call, PAT_ERR_UNKNOWN_USER, N_("no such user"));
	else
		call_refuse(call, PAT_ERR_UNKNOWN_USER, N_("the user could not be looked up"));
}

static void look_up(struct call *call, void (*done)(struct lookup *lookup))
{
	call->looking_up = true;
	call->lookup.account = call->account;
	call->lookup.done = done;
	lookups_ask(call->context->lookups, &call->lookup);
}

void call_find_user(struct call *call, const char *name, void (*then)(struct call *call))
{
	struct user_lookup *user = &call->lookup.user;

	if (!pat_field_set(user->name, sizeof(user->name), name)) {
		call_refuse(call, PAT_ERR_UNKNOWN_USER, N_("no such user: the name is too long"));
		return;
	}
	user->by_name = true;
	call->then = then;
	look_up(call, on_user);
}

/* The caller is the user in call->lookup. */
static void set_caller(struct call *call)
{
	call->caller.uid = call->lookup.user.uid;
	memcpy(call->caller.user, call->lookup.user.name, sizeof(call->caller.user));
	if (link_is_up(call->context->link))
		call_turns_begin(call);
	else
		call_refuse(call, PAT_ERR_BUSY, N_("patd is being restarted; try again"));
}

static void on_caller(struct lookup *lookup)
{
	struct call *call = (struct call *)lookup;

	if (!still_wanted(call))
		return;
	if (lookup->user.result < 0)
		call_refuse(call, PAT_ERR_DENIED, N_("the calling user is unknown to the system"));
	else
		set_caller(call);
}

/* The uid of the sender is known. */
static void count(struct call *call)
{
	struct user_lookup *user = &call->lookup.user;

	call->account = account_ref(call->client->account);
	call->counted = account_take_call(call->account, call->method->takes_access);
	if (!call->counted) {
		call_refuse(call, PAT_ERR_BUSY,
			N_("too many of your calls are in progress; try "
			   "again"));
		return;
	}
	call_turns_enter(call);
	user->by_name = false;
	user->uid = call->client->uid;
	if (user->uid == 0) {
		/* NSS may hang without a network, and a revocation by root must not wait for it. */
		(void)pat_field_set(user->name, sizeof(user->name), "root");
		set_caller(call);
	} else if (call->method->anonymous) {
		set_caller(call);
	} else {
		look_up(call, on_caller);
	}
}

void calls_known(struct client *client)
{
	struct call *next;

	for (struct call *call = TAILQ_FIRST(&client->unknown); call; call = next) {
		next = TAILQ_NEXT(call, next);
		call_turns_uid_known(call);
		if (client->account)
			count(call);
		else
			call_refuse(
				call, PAT_ERR_DENIED, N_("the bus does not name the calling user"));
	}
}

void call_identify(struct call *call)
{
	if (!call->client)
		call_refuse(call, PAT_ERR_DENIED, N_("cannot ask the bus for the calling user"));
	else if (call->client->account)
		count(call);
	else if (!call_turns_wait_for_uid(call))
		call_refuse(call, PAT_ERR_BUSY, N_("too many calls are in progress; try again"));
}
