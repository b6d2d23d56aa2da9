/* org.patd.Tokens1.Manager */
#include <errno.h>
#include <sodium.h>
#include <unistd.h>

#include "common/bus.h"
#include "common/expiry.h"
#include "patd/bus_object.h"
#include "patd/bus_options.h"
#include "patd/bus_polkit.h"
#include "patd/bus_token.h"
#include "patd/bus_view.h"
#include "patd/secret_fd.h"

static const struct bus_property properties[] = {
	{ "Version", "s", "const", offsetof(struct manager_view, version) },
	{ "DefaultLifetime", "t", "const", offsetof(struct manager_view, default_lifetime) },
	{ 0 },
};

static enum pat_error fill(struct call *call, union bus_view *ret_view, struct refusal *ret_refusal)
{
	(void)call;
	(void)ret_refusal;
	ret_view->manager = (struct manager_view) {
		.version = PAT_VERSION,
		.default_lifetime = PAT_LIFETIME_DEFAULT,
	};
	return PAT_OK;
}

/* NULL, or what is wrong.  What is read stays the message's. */
static const char *read_wish(struct call *call, struct wish *ret_wish)
{
	const struct bus_option options[] = {
		{ "user", DBUS_TYPE_STRING, &ret_wish->user, NULL },
		{ "lifetime", DBUS_TYPE_UINT64, &ret_wish->lifetime, &ret_wish->has_lifetime },
		{ "expires_at", DBUS_TYPE_UINT64, &ret_wish->expires_at,
			&ret_wish->has_expires_at },
		{ 0 },
	};
	DBusMessageIter args;

	(void)dbus_message_iter_init(call->message, &args);
	dbus_message_iter_get_basic(&args, &ret_wish->name);
	(void)dbus_message_iter_next(&args);
	return bus_options_read(&args, options);
}

/* NULL without memory, or descriptors. */
static DBusMessage *generated_reply(
	const struct call *call, const struct pat_id *id, const char secret[static PAT_TOKEN_LEN])
{
	struct bus_path path = bus_token_path(id);
	const char *path_text = path.text;
	DBusMessage *reply = call_new_reply(call);
	int fd;

	if (!reply)
		return NULL;
	if (secret_fd_new(secret, &fd) == 0) {
		/* libdbus keeps a copy of the descriptor. */
		bool appended = dbus_message_append_args(reply, DBUS_TYPE_OBJECT_PATH, &path_text,
			DBUS_TYPE_UNIX_FD, &fd, DBUS_TYPE_INVALID);

		close(fd);
		if (appended)
			return reply;
	}
	dbus_message_unref(reply);
	return NULL;
}

/* A token whose secret cannot be handed out must not stay. */
static void take_back(struct call *call, const struct token *token)
{
	struct refusal refusal;

	if (tokens_revoke(call_tokens(call), &call->caller, token->id.text, &refusal) == PAT_OK)
		(void)tokens_delete(call_tokens(call), &call->caller, token->id.text, &refusal);
}

/* For the user in call->lookup. */
static void generate_for(struct call *call)
{
	struct wish wish = { 0 };
	struct token token;
	enum pat_error error = PAT_ERR_NO_MEMORY;
	struct refusal refusal = { .why = "out of memory, nothing was changed" };
	DBusMessage *reply = NULL;
	char *secret = sodium_malloc(PAT_TOKEN_LEN + 1);

	(void)read_wish(call, &wish);
	wish.uid = call->lookup.uid;
	wish.user = call->lookup.name;
	if (secret)
		error = tokens_generate(
			call_tokens(call), &call->caller, &wish, &token, secret, &refusal);
	if (error == PAT_OK) {
		reply = generated_reply(call, &token.id, secret);
		if (!reply) {
			take_back(call, &token);
			error = PAT_ERR_NO_MEMORY;
			refusal.why = "the secret could not be handed out; the token was deleted";
		}
	}
	sodium_free(secret);
	if (reply)
		call_reply_secret(call, reply, &token.id);
	else
		polkit_refuse(call, error, &refusal, wish.name, wish.user);
}

static void generate(struct call *call)
{
	struct wish wish = { 0 };
	struct refusal refusal = { .why = read_wish(call, &wish) };
	enum pat_error error = PAT_ERR_INVALID_ARGS;

	if (!refusal.why)
		error = tokens_may_generate(call_tokens(call), &call->caller, &wish, &refusal);
	if (error != PAT_OK)
		polkit_refuse(call, error, &refusal, wish.name,
			wish.user ? wish.user : call->caller.user);
	else if (wish.user)
		call_find_user(call, wish.user, generate_for);
	else
		generate_for(call); /* the lookup's last answer is the caller itself */
}

static const char *read_wanted(struct call *call, struct wanted *ret_wanted)
{
	dbus_bool_t all = FALSE;
	dbus_uint32_t limit;
	const struct bus_option options[] = {
		{ "user", DBUS_TYPE_STRING, &ret_wanted->user, NULL },
		{ "all", DBUS_TYPE_BOOLEAN, &all, NULL },
		{ "name", DBUS_TYPE_STRING, &ret_wanted->name, NULL },
		{ "name_pattern", DBUS_TYPE_STRING, &ret_wanted->name_pattern, NULL },
		{ "id_prefix", DBUS_TYPE_STRING, &ret_wanted->id_prefix, NULL },
		{ "state", DBUS_TYPE_STRING, &ret_wanted->state, NULL },
		{ "unused_since", DBUS_TYPE_UINT64, &ret_wanted->unused_since,
			&ret_wanted->has_unused_since },
		{ "expiring_before", DBUS_TYPE_UINT64, &ret_wanted->expiring_before,
			&ret_wanted->has_expiring_before },
		{ "service", DBUS_TYPE_STRING, &ret_wanted->service, NULL },
		{ 0 },
	};
	DBusMessageIter args;
	const char *problem;

	(void)dbus_message_iter_init(call->message, &args);
	problem = bus_options_read(&args, options);
	(void)dbus_message_iter_next(&args);
	dbus_message_iter_get_basic(&args, &limit);
	(void)dbus_message_iter_next(&args);
	dbus_message_iter_get_basic(&args, &ret_wanted->cursor);
	ret_wanted->all = all;
	ret_wanted->limit = limit;
	return problem;
}

struct page_reply {
	struct tokens *tokens;
	DBusMessageIter *rows;
};

static int append_row(const struct token *token, void *userdata)
{
	struct page_reply *page = userdata;
	struct token_view view;

	bus_token_view(page->tokens, token, &view);
	return bus_view_append(page->rows, bus_token_properties, &view) ? 0 : -ENOMEM;
}

/* Fills reply with a page. */
static enum pat_error append_page(struct call *call, const struct wanted *wanted,
	DBusMessage *reply, struct refusal *ret_refusal)
{
	struct page_reply page = { .tokens = call_tokens(call) };
	char cursor[TOKENS_CURSOR_MAX];
	const char *cursor_text = cursor;
	DBusMessageIter to, rows = DBUS_MESSAGE_ITER_INIT_CLOSED;
	enum pat_error error = PAT_ERR_NO_MEMORY;

	*ret_refusal = (struct refusal) { .why = "out of memory" };
	page.rows = &rows;
	dbus_message_iter_init_append(reply, &to);
	if (dbus_message_iter_open_container(&to, DBUS_TYPE_ARRAY, "a{sv}", &rows))
		error = tokens_list(
			page.tokens, &call->caller, wanted, append_row, &page, cursor, ret_refusal);
	if (error == PAT_OK &&
		(!dbus_message_iter_close_container(&to, &rows) ||
			!dbus_message_iter_append_basic(&to, DBUS_TYPE_STRING, &cursor_text)))
		error = PAT_ERR_NO_MEMORY;
	dbus_message_iter_abandon_container_if_open(&to, &rows);
	return error;
}

static void list_tokens(struct call *call)
{
	struct wanted wanted = { 0 };
	struct refusal refusal = { .why = read_wanted(call, &wanted) };
	enum pat_error error = PAT_ERR_INVALID_ARGS;
	DBusMessage *reply;

	if (refusal.why) {
		call_refuse(call, error, refusal.why);
		return;
	}
	reply = call_new_reply(call);
	error = reply ? append_page(call, &wanted, reply, &refusal) : PAT_OK;
	if (error == PAT_OK) {
		call_reply(call, reply);
		return;
	}
	dbus_message_unref(reply);
	polkit_refuse(call, error, &refusal, "", wanted.user ? wanted.user : "");
}

static void subscribe(struct call *call)
{
	dbus_bool_t all = FALSE;
	const struct bus_option options[] = {
		{ "all", DBUS_TYPE_BOOLEAN, &all, NULL },
		{ 0 },
	};
	struct refusal refusal;
	enum pat_error error = PAT_ERR_INVALID_ARGS;
	DBusMessageIter args;

	(void)dbus_message_iter_init(call->message, &args);
	refusal.why = bus_options_read(&args, options);
	if (refusal.why) {
		call_refuse(call, error, refusal.why);
		return;
	}
	error = tokens_may_follow(&call->caller, all, &refusal);
	if (error != PAT_OK)
		polkit_refuse(call, error, &refusal, "", "");
	else if (!clients_follow(call_clients(call), dbus_message_get_sender(call->message),
			 &call->caller, all))
		call_refuse(call, PAT_ERR_BUSY, "too many of your clients are subscribed");
	else
		call_reply(call, call_new_reply(call));
}

static void unsubscribe(struct call *call)
{
	clients_unfollow(call_clients(call), dbus_message_get_sender(call->message));
	call_reply(call, call_new_reply(call));
}

static const struct bus_method methods[] = {
	{
		.name = "Generate",
		.in = { { "name", "s" }, { "options", "a{sv}" } },
		.out = { { "token", "o" }, { "secret", "h" } },
		.handle = generate,
	},
	{
		.name = "ListTokens",
		.in = { { "filter", "a{sv}" }, { "limit", "u" }, { "cursor", "s" } },
		.out = { { "tokens", "aa{sv}" }, { "next_cursor", "s" } },
		.handle = list_tokens,
	},
	{ .name = "Subscribe", .in = { { "options", "a{sv}" } }, .handle = subscribe },
	{ .name = "Unsubscribe", .handle = unsubscribe, .anonymous = true },
	{ 0 },
};

const struct bus_interface bus_manager_interface = {
	.name = PAT_BUS_MANAGER,
	.methods = methods,
	.properties = properties,
	.fill = fill,
};
