#include "patctl/client/client_call.h"

#include <string.h>

#include "common/bus.h"
#include "common/error.h"
#include "common/l10n.h"
#include "patctl/base/outcome.h"
#include "patctl/base/text.h"
#include "patctl/client/agent.h"
#include "patctl/client/client_host.h"

void message_free(DBusMessage **message)
{
	if (*message)
		dbus_message_unref(*message);
	*message = NULL;
}

/* Building a message fails for want of memory only, since its strings are valid UTF-8. */
static void done(dbus_bool_t ok)
{
	if (!ok)
		no_memory();
}

static DBusMessage *new_call(
	const char *path, const char *interface, const char *method, DBusMessageIter *ret_args)
{
	DBusMessage *call =
		text_must(dbus_message_new_method_call(PAT_BUS_NAME, path, interface, method));

	dbus_message_iter_init_append(call, ret_args);
	return call;
}

DBusMessage *call_manager(const char *method, DBusMessageIter *ret_args)
{
	return new_call(PAT_BUS_PATH, PAT_BUS_MANAGER, method, ret_args);
}

DBusMessage *call_token(const struct pat_id *id, const char *method, DBusMessageIter *ret_args)
{
	cleanup_text char *path = text_format("%s/%s", PAT_BUS_TOKEN_PATH, id->text);

	return new_call(path, PAT_BUS_TOKEN, method, ret_args);
}

void call_string(DBusMessageIter *args, const char *value)
{
	done(dbus_message_iter_append_basic(args, DBUS_TYPE_STRING, &value));
}

void call_uint32(DBusMessageIter *args, uint32_t value)
{
	done(dbus_message_iter_append_basic(args, DBUS_TYPE_UINT32, &value));
}

void call_bytes(DBusMessageIter *args, const uint8_t *bytes, size_t len)
{
	DBusMessageIter array;

	done(dbus_message_iter_open_container(
		args, DBUS_TYPE_ARRAY, DBUS_TYPE_BYTE_AS_STRING, &array));
	done(dbus_message_iter_append_fixed_array(&array, DBUS_TYPE_BYTE, &bytes, (int)len));
	done(dbus_message_iter_close_container(args, &array));
}

void call_fd(DBusMessageIter *args, int fd)
{
	done(dbus_message_iter_append_basic(args, DBUS_TYPE_UNIX_FD, &fd));
}

void options_open(DBusMessageIter *args, DBusMessageIter *ret_options)
{
	done(dbus_message_iter_open_container(args, DBUS_TYPE_ARRAY, "{sv}", ret_options));
}

void options_close(DBusMessageIter *args, DBusMessageIter *options)
{
	done(dbus_message_iter_close_container(args, options));
}

void call_no_options(DBusMessageIter *args)
{
	DBusMessageIter options;

	options_open(args, &options);
	options_close(args, &options);
}

/* A {sv} that is open for its value. */
struct pair {
	DBusMessageIter entry, value;
};

static void pair_open(
	DBusMessageIter *options, const char *key, const char *signature, struct pair *ret)
{
	done(dbus_message_iter_open_container(options, DBUS_TYPE_DICT_ENTRY, NULL, &ret->entry));
	call_string(&ret->entry, key);
	done(dbus_message_iter_open_container(
		&ret->entry, DBUS_TYPE_VARIANT, signature, &ret->value));
}

static void pair_close(DBusMessageIter *options, struct pair *pair)
{
	done(dbus_message_iter_close_container(&pair->entry, &pair->value));
	done(dbus_message_iter_close_container(options, &pair->entry));
}

static void add_basic(DBusMessageIter *options, const char *key, int type, const void *value)
{
	const char signature[] = { (char)type, '\0' };
	struct pair pair;

	pair_open(options, key, signature, &pair);
	done(dbus_message_iter_append_basic(&pair.value, type, value));
	pair_close(options, &pair);
}

void option_string(DBusMessageIter *options, const char *key, const char *value)
{
	if (value)
		add_basic(options, key, DBUS_TYPE_STRING, &value);
}

/* What stands between two commas, without the blanks around it. */
static char *list_item(const char *from, size_t len)
{
	static const char blank[] = " \t";
	size_t before = strspn(from, blank);

	if (before > len)
		before = len;
	from += before;
	len -= before;
	while (len > 0 && strchr(blank, from[len - 1]))
		len--;
	return text_format("%.*s", (int)len, from);
}

void option_list(DBusMessageIter *options, const char *key, const char *value)
{
	struct pair pair;
	DBusMessageIter list;

	if (!value)
		return;
	pair_open(options, key, "as", &pair);
	done(dbus_message_iter_open_container(&pair.value, DBUS_TYPE_ARRAY, "s", &list));
	for (const char *at = value, *end;; at = end + 1) {
		cleanup_text char *item = NULL;

		end = at + strcspn(at, ",");
		item = list_item(at, (size_t)(end - at));
		call_string(&list, item);
		if (*end == '\0')
			break;
	}
	done(dbus_message_iter_close_container(&pair.value, &list));
	pair_close(options, &pair);
}

void option_uint64(DBusMessageIter *options, const char *key, uint64_t value)
{
	add_basic(options, key, DBUS_TYPE_UINT64, &value);
}

void option_nonzero(DBusMessageIter *options, const char *key, uint64_t value)
{
	if (value)
		option_uint64(options, key, value);
}

void option_true(DBusMessageIter *options, const char *key, bool value)
{
	const dbus_bool_t yes = TRUE;

	if (value)
		add_basic(options, key, DBUS_TYPE_BOOLEAN, &yes);
}

void call_error_safe(DBusError *error)
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

/* Dispatches, which send_with_reply_and_block() does not do before the answer is there. */
static DBusMessage *send_and_hear(struct client *client, DBusMessage *call, DBusError *error)
{
	DBusPendingCall *pending = NULL;
	DBusMessage *answer = NULL;

	if (!dbus_connection_send_with_reply(client->bus, call, &pending, DBUS_TIMEOUT_INFINITE))
		no_memory();
	/* A bus that goes away completes it, with an error. */
	while (pending && !dbus_pending_call_get_completed(pending) &&
		dbus_connection_read_write_dispatch(client->bus, -1))
		;
	if (pending && dbus_pending_call_get_completed(pending))
		answer = dbus_pending_call_steal_reply(pending);
	if (pending)
		dbus_pending_call_unref(pending);
	if (!answer)
		dbus_set_error(error, DBUS_ERROR_DISCONNECTED, _("the bus is gone"));
	else if (dbus_set_error_from_message(error, answer))
		message_free(&answer);
	return answer;
}

static DBusMessage *send_and_wait(
	struct client *client, DBusMessage *call, int timeout_ms, DBusError *error)
{
	return client->waits ? send_and_hear(client, call, error)
			     : dbus_connection_send_with_reply_and_block(
				       client->bus, call, timeout_ms, error);
}

/* Makes the call once more, now that it may take a person. */
static DBusMessage *ask_person(struct client *client, DBusMessage *call, DBusError *error)
{
	cleanup_message DBusMessage *again = text_must(dbus_message_copy(call));
	const bool terminal = agent_start(&client->agent);
	DBusMessage *answer;

	dbus_error_free(error);
	dbus_message_set_allow_interactive_authorization(again, TRUE);
	answer = send_and_wait(client, again, DBUS_TIMEOUT_INFINITE, error);
	if (!answer && !terminal && is_refusal(error, PAT_ERR_DENIED)) {
		cleanup_text char *message = text_format("%s", error->message);

		dbus_error_free(error);
		dbus_set_error(error, OUTCOME_ERROR_NO_TERMINAL, "%s", message);
	}
	return answer;
}

DBusMessage *call_ask(
	struct client *client, DBusMessage *call, const char *signature, DBusError *error)
{
	/* An agent is started only where patd says that it takes a person. */
	DBusMessage *answer = send_and_wait(client, call, DBUS_TIMEOUT_USE_DEFAULT, error);

	if (!answer && client->may_ask && is_refusal(error, PAT_ERR_INTERACTIVE))
		answer = ask_person(client, call, error);
	if (!answer) {
		call_error_safe(error);
		client_explain(client, error);
	} else if (!dbus_message_has_signature(answer, signature)) {
		answer_malformed(dbus_message_get_member(call), error);
		message_free(&answer);
	}
	return answer;
}

void client_explain(struct client *client, DBusError *error)
{
	if (client->host)
		host_explain(client->host, client->bus, error);
}

bool call_done(struct client *client, DBusMessage *call, DBusError *error)
{
	cleanup_message DBusMessage *answer = call_ask(client, call, "", error);

	return answer != NULL;
}

bool call_records(struct client *client, DBusMessage *call, const struct shape *shape,
	struct records *ret, DBusError *error)
{
	cleanup_message DBusMessage *answer = call_ask(client, call, "aa{sv}", error);
	struct records records = { .shape = shape };
	DBusMessageIter iter;

	if (!answer)
		return false;
	dbus_message_iter_init(answer, &iter);
	if (!records_read(&iter, &records)) {
		records_clear(&records);
		return answer_malformed(dbus_message_get_member(call), error);
	}
	*ret = records;
	return true;
}

bool answer_malformed(const char *method, DBusError *error)
{
	dbus_set_error(error, OUTCOME_ERROR_MALFORMED, _("patd's answer to %s breaks the contract"),
		method);
	return false;
}

bool answer_cursor(const char *method, const char *next, char **cursor, DBusError *error)
{
	/* One that does not move would have us ask for ever. */
	if (*next != '\0' && strcmp(next, *cursor ? *cursor : "") == 0)
		return answer_malformed(method, error);
	text_free(cursor);
	*cursor = *next == '\0' ? NULL : text_format("%s", next);
	return true;
}

bool answer_id(const char *path, struct pat_id *ret)
{
	static const char folder[] = PAT_BUS_TOKEN_PATH "/";
	const char *id = path + sizeof(folder) - 1;

	if (strncmp(path, folder, sizeof(folder) - 1) != 0 || !pat_id_valid(id))
		return false;
	memcpy(ret->text, id, sizeof(ret->text));
	return true;
}
