#include "patctl/client.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bus.h"
#include "common/error.h"
#include "patctl/agent.h"
#include "patctl/outcome.h"
#include "patctl/text.h"

struct client {
	DBusConnection *bus;
	bool may_ask;
	pid_t agent;
};

static void message_free(DBusMessage **message)
{
	if (*message)
		dbus_message_unref(*message);
	*message = NULL;
}

#define cleanup_message __attribute__((cleanup(message_free)))

/* Building a message fails for want of memory only, since its strings are valid UTF-8. */
static void done(dbus_bool_t ok)
{
	if (!ok)
		no_memory();
}

static bool malformed(const char *method, DBusError *error)
{
	dbus_set_error(
		error, OUTCOME_ERROR_MALFORMED, "patd's answer to %s breaks the contract", method);
	return false;
}

struct client *client_new(bool may_ask, DBusError *error)
{
	DBusConnection *bus = dbus_bus_get_private(DBUS_BUS_SYSTEM, error);
	struct client *client;

	if (!bus)
		return NULL;
	dbus_connection_set_exit_on_disconnect(bus, FALSE);
	client = text_must(calloc(1, sizeof(*client)));
	client->bus = bus;
	client->may_ask = may_ask;
	return client;
}

void client_free(struct client **client)
{
	if (!*client)
		return;
	agent_end(&(*client)->agent);
	dbus_connection_close((*client)->bus);
	dbus_connection_unref((*client)->bus);
	free(*client);
	*client = NULL;
}

static DBusMessage *new_call(const char *path, const char *interface, const char *method)
{
	return text_must(dbus_message_new_method_call(PAT_BUS_NAME, path, interface, method));
}

/* What others say in an error may go to a terminal. */
static void make_safe(DBusError *error)
{
	cleanup_text char *name = text_format("%s", error->name);
	cleanup_text char *message = text_safe(error->message);

	dbus_error_free(error);
	dbus_set_error(error, name, "%s", message);
}

static bool is_refusal(const DBusError *error, enum pat_error refusal)
{
	return dbus_error_has_name(error, pat_error_name(refusal));
}

/* Makes the call once more, now that it may take a person. */
static DBusMessage *ask_person(struct client *client, DBusMessage *call, DBusError *error)
{
	cleanup_message DBusMessage *again = text_must(dbus_message_copy(call));
	const bool terminal = agent_start(&client->agent);
	DBusMessage *answer;

	dbus_error_free(error);
	dbus_message_set_allow_interactive_authorization(again, TRUE);
	answer = dbus_connection_send_with_reply_and_block(
		client->bus, again, DBUS_TIMEOUT_INFINITE, error);
	if (!answer && !terminal && is_refusal(error, PAT_ERR_DENIED)) {
		cleanup_text char *message = text_format("%s", error->message);

		dbus_error_free(error);
		dbus_set_error(error, OUTCOME_ERROR_NO_TERMINAL, "%s", message);
	}
	return answer;
}

/*
 * The answer if it has that signature; else NULL, and *error is set.  Whether it takes a person
 * is patd's to say: an agent is started only then.
 */
static DBusMessage *ask(
	struct client *client, DBusMessage *call, const char *signature, DBusError *error)
{
	DBusMessage *answer = dbus_connection_send_with_reply_and_block(
		client->bus, call, DBUS_TIMEOUT_USE_DEFAULT, error);

	if (!answer && client->may_ask && is_refusal(error, PAT_ERR_INTERACTIVE))
		answer = ask_person(client, call, error);
	if (!answer)
		make_safe(error);
	else if (!dbus_message_has_signature(answer, signature)) {
		malformed(dbus_message_get_member(call), error);
		message_free(&answer);
	}
	return answer;
}

static void open_options(DBusMessageIter *iter, DBusMessageIter *ret_options)
{
	done(dbus_message_iter_open_container(iter, DBUS_TYPE_ARRAY, "{sv}", ret_options));
}

static void add_option(DBusMessageIter *options, const char *key, int type, const void *value)
{
	const char signature[] = { (char)type, '\0' };
	DBusMessageIter entry, variant;

	done(dbus_message_iter_open_container(options, DBUS_TYPE_DICT_ENTRY, NULL, &entry));
	done(dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &key));
	done(dbus_message_iter_open_container(&entry, DBUS_TYPE_VARIANT, signature, &variant));
	done(dbus_message_iter_append_basic(&variant, type, value));
	done(dbus_message_iter_close_container(&entry, &variant));
	done(dbus_message_iter_close_container(options, &entry));
}

static void add_string(DBusMessageIter *options, const char *key, const char *value)
{
	if (value)
		add_option(options, key, DBUS_TYPE_STRING, &value);
}

static void add_expiry(DBusMessageIter *options, const struct expiry *expiry)
{
	const dbus_uint64_t seconds = expiry->seconds, never = 0;

	switch (expiry->kind) {
	case EXPIRY_DEFAULT:
		break;
	case EXPIRY_LIFETIME:
		add_option(options, "lifetime", DBUS_TYPE_UINT64, &seconds);
		break;
	case EXPIRY_AT:
		add_option(options, "expires_at", DBUS_TYPE_UINT64, &seconds);
		break;
	case EXPIRY_NEVER:
		add_option(options, "expires_at", DBUS_TYPE_UINT64, &never);
		break;
	}
}

bool client_generate(struct client *client, const char *name, const char *user,
	const struct expiry *expiry, struct pat_id *ret_id, int *ret_secret, DBusError *error)
{
	static const char method[] = "Generate";
	cleanup_message DBusMessage *call = new_call(PAT_BUS_PATH, PAT_BUS_MANAGER, method);
	cleanup_message DBusMessage *answer = NULL;
	DBusMessageIter iter, options;
	const char *path, *id;
	int secret;

	dbus_message_iter_init_append(call, &iter);
	done(dbus_message_iter_append_basic(&iter, DBUS_TYPE_STRING, &name));
	open_options(&iter, &options);
	add_string(&options, "user", user);
	add_expiry(&options, expiry);
	done(dbus_message_iter_close_container(&iter, &options));

	answer = ask(client, call, "oh", error);
	if (!answer || !dbus_message_get_args(answer, error, DBUS_TYPE_OBJECT_PATH, &path,
			       DBUS_TYPE_UNIX_FD, &secret, DBUS_TYPE_INVALID))
		return false;

	id = strrchr(path, '/') + 1;
	if (strncmp(path, PAT_BUS_TOKEN_PATH "/", strlen(PAT_BUS_TOKEN_PATH "/")) != 0 ||
		!pat_id_valid(id)) {
		(void)close(secret);
		return malformed(method, error);
	}
	memcpy(ret_id->text, id, sizeof(ret_id->text));
	*ret_secret = secret;
	return true;
}

bool client_list(struct client *client, const struct client_filter *filter, char **cursor,
	struct rows *rows, DBusError *error)
{
	static const char method[] = "ListTokens";
	cleanup_message DBusMessage *call = new_call(PAT_BUS_PATH, PAT_BUS_MANAGER, method);
	cleanup_message DBusMessage *answer = NULL;
	const dbus_uint32_t limit = PAT_PAGE_MAX;
	const dbus_bool_t yes = TRUE;
	const char *here = *cursor ? *cursor : "", *next;
	DBusMessageIter iter, options, tokens;

	dbus_message_iter_init_append(call, &iter);
	open_options(&iter, &options);
	add_string(&options, "user", filter->user);
	if (filter->all)
		add_option(&options, "all", DBUS_TYPE_BOOLEAN, &yes);
	add_string(&options, "name", filter->name);
	add_string(&options, "id_prefix", filter->id_prefix);
	done(dbus_message_iter_close_container(&iter, &options));
	done(dbus_message_iter_append_basic(&iter, DBUS_TYPE_UINT32, &limit));
	done(dbus_message_iter_append_basic(&iter, DBUS_TYPE_STRING, &here));

	answer = ask(client, call, "aa{sv}s", error);
	if (!answer)
		return false;

	dbus_message_iter_init(answer, &iter);
	for (dbus_message_iter_recurse(&iter, &tokens);
		dbus_message_iter_get_arg_type(&tokens) != DBUS_TYPE_INVALID;
		dbus_message_iter_next(&tokens)) {
		struct row row;

		if (!row_read(&tokens, &row))
			return malformed(method, error);
		rows_take(rows, &row);
	}
	dbus_message_iter_next(&iter);
	dbus_message_iter_get_basic(&iter, &next);

	/* A cursor that does not move would have us ask for ever. */
	if (*next != '\0' && strcmp(next, here) == 0)
		return malformed(method, error);
	text_free(cursor);
	*cursor = *next == '\0' ? NULL : text_format("%s", next);
	return true;
}

bool client_change(
	struct client *client, const struct pat_id *id, const char *method, DBusError *error)
{
	cleanup_text char *path = text_format("%s/%s", PAT_BUS_TOKEN_PATH, id->text);
	cleanup_message DBusMessage *call = new_call(path, PAT_BUS_TOKEN, method);
	cleanup_message DBusMessage *answer = NULL;
	DBusMessageIter iter, options;

	dbus_message_iter_init_append(call, &iter);
	open_options(&iter, &options);
	done(dbus_message_iter_close_container(&iter, &options));
	answer = ask(client, call, "", error);
	return answer != NULL;
}
