/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests as calls of org.patd.Tokens1, and the answers to those: one table of the methods. */
#include <stddef.h>
#include <string.h>

#include "common/bus.h"
#include "patctl/client/client_call.h"

/* An option: where its value is in the request. */
struct bus_option {
	const char *key;
	size_t offset;
	int type;       /* of D-Bus */
	uint32_t given; /* the bit that says whether it is; 0: it is unless it is 0 */
};

/* Offsets are in struct request; 0: there is none. */
struct bus_method {
	const char *name;
	const char *sealed; /* the one with a recipient, to which the secret is sealed */
	const char *signature, *sealed_signature; /* of the answer */
	size_t given;
	size_t token;     /* the id of the token whose method it is, else it is the manager's */
	size_t text;      /* a string before the options */
	size_t recipient; /* after that, if it is the sealed one */
	bool takes_options, takes_restrictions, sets_restrictions;
	const struct bus_option *options;
	size_t limit, cursor; /* after the options */
	bool (*read)(DBusMessageIter *at, struct records *rows, struct client_answer *ret);
};

#define AT(member) offsetof(struct request, member)

static const struct bus_option list_options[] = {
	{ "user", AT(list.user), DBUS_TYPE_STRING, GIVEN_USER },
	{ "all", 0, DBUS_TYPE_BOOLEAN, GIVEN_ALL },
	{ "name", AT(list.name), DBUS_TYPE_STRING, GIVEN_NAME },
	{ "name_pattern", AT(list.name_pattern), DBUS_TYPE_STRING, GIVEN_NAME_PATTERN },
	{ "id_prefix", AT(list.id_prefix), DBUS_TYPE_STRING, GIVEN_ID_PREFIX },
	{ "state", AT(list.state), DBUS_TYPE_STRING, GIVEN_STATE },
	{ "good_for", AT(list.good_for), DBUS_TYPE_STRING, GIVEN_GOOD_FOR },
	{ "fleet", 0, DBUS_TYPE_BOOLEAN, GIVEN_FLEET },
	{ "unused_since", AT(list.unused_since), DBUS_TYPE_UINT64, GIVEN_UNUSED_SINCE },
	{ "expiring_before", AT(list.expiring_before), DBUS_TYPE_UINT64, GIVEN_EXPIRING_BEFORE },
	{ 0 },
};

static const struct bus_option generate_options[] = {
	{ "user", AT(generate.user), DBUS_TYPE_STRING, GIVEN_USER },
	{ "lifetime", AT(generate.lifetime), DBUS_TYPE_UINT64, GIVEN_LIFETIME },
	{ "expires_at", AT(generate.expires_at), DBUS_TYPE_UINT64, GIVEN_EXPIRES_AT },
	{ "note", AT(generate.note), DBUS_TYPE_STRING, GIVEN_NOTE },
	{ "fleet", 0, DBUS_TYPE_BOOLEAN, GIVEN_FLEET },
	{ 0 },
};

static const struct bus_option revoke_options[] = {
	{ "for", AT(revoke.period), DBUS_TYPE_UINT64, GIVEN_PERIOD },
	{ "reason", AT(revoke.reason), DBUS_TYPE_STRING, GIVEN_REASON },
	{ "end_sessions", 0, DBUS_TYPE_BOOLEAN, GIVEN_END_SESSIONS },
	{ 0 },
};

static const struct bus_option rotate_options[] = {
	{ "grace", AT(rotate.grace), DBUS_TYPE_UINT64, GIVEN_GRACE },
	{ "lifetime", AT(rotate.lifetime), DBUS_TYPE_UINT64, GIVEN_LIFETIME },
	{ "expires_at", AT(rotate.expires_at), DBUS_TYPE_UINT64, GIVEN_EXPIRES_AT },
	{ "end_sessions", 0, DBUS_TYPE_BOOLEAN, GIVEN_END_SESSIONS },
	{ 0 },
};

static const struct bus_option set_options[] = {
	{ "lifetime", AT(set.lifetime), DBUS_TYPE_UINT64, GIVEN_LIFETIME },
	{ "expires_at", AT(set.expires_at), DBUS_TYPE_UINT64, GIVEN_EXPIRES_AT },
	{ "note", AT(set.note), DBUS_TYPE_STRING, GIVEN_NOTE },
	{ 0 },
};

static const struct bus_option revoke_all_options[] = {
	{ "user", AT(revoke_all.user), DBUS_TYPE_STRING, GIVEN_USER },
	{ "for", AT(revoke_all.period), DBUS_TYPE_UINT64, GIVEN_PERIOD },
	{ "reason", AT(revoke_all.reason), DBUS_TYPE_STRING, GIVEN_REASON },
	{ "end_sessions", 0, DBUS_TYPE_BOOLEAN, GIVEN_END_SESSIONS },
	{ 0 },
};

static const struct bus_option disable_options[] = {
	{ "all", 0, DBUS_TYPE_BOOLEAN, GIVEN_ALL },
	{ "reason", AT(disable.reason), DBUS_TYPE_STRING, GIVEN_REASON },
	{ "end_sessions", 0, DBUS_TYPE_BOOLEAN, GIVEN_END_SESSIONS },
	{ 0 },
};

static const struct bus_option enable_options[] = {
	{ "all", 0, DBUS_TYPE_BOOLEAN, GIVEN_ALL },
	{ 0 },
};

static const struct bus_option history_options[] = {
	{ "user", AT(history.user), DBUS_TYPE_STRING, GIVEN_USER },
	{ "all", 0, DBUS_TYPE_BOOLEAN, GIVEN_ALL },
	{ "token", AT(history.id), DBUS_TYPE_STRING, GIVEN_TOKEN },
	{ "since", AT(history.since), DBUS_TYPE_UINT64, 0 },
	{ "until", AT(history.until), DBUS_TYPE_UINT64, 0 },
	{ "after", AT(history.after), DBUS_TYPE_UINT64, 0 },
	{ "reverse", 0, DBUS_TYPE_BOOLEAN, GIVEN_REVERSE },
	{ 0 },
};

static const struct bus_option approvals_options[] = {
	{ "all", 0, DBUS_TYPE_BOOLEAN, GIVEN_ALL },
	{ 0 },
};

static const struct bus_option sessions_options[] = {
	{ "user", AT(sessions.user), DBUS_TYPE_STRING, GIVEN_USER },
	{ "all", 0, DBUS_TYPE_BOOLEAN, GIVEN_ALL },
	{ "token", AT(sessions.id), DBUS_TYPE_STRING, GIVEN_TOKEN },
	{ 0 },
};

static bool read_rows(DBusMessageIter *at, struct records *rows, struct client_answer *ret)
{
	(void)ret;
	return records_read_bus(rows, at);
}

static bool read_page(DBusMessageIter *at, struct records *rows, struct client_answer *ret)
{
	const char *cursor;

	if (!records_read_bus(rows, at))
		return false;
	dbus_message_iter_next(at);
	dbus_message_iter_get_basic(at, &cursor);
	return pat_field_set(ret->page.cursor, sizeof(ret->page.cursor), cursor);
}

/* A box that is no box does not open: that is for whoever wants the secret to tell. */
static bool read_secret(DBusMessageIter *at, struct records *rows, struct client_answer *ret)
{
	DBusMessageIter bytes;
	const uint8_t *box = NULL;
	int n = 0;

	(void)rows;
	if (dbus_message_iter_get_arg_type(at) == DBUS_TYPE_UNIX_FD) {
		dbus_message_iter_get_basic(at, &ret->fd);
		return true;
	}
	dbus_message_iter_recurse(at, &bytes);
	dbus_message_iter_get_fixed_array(&bytes, &box, &n);
	memset(ret->secret.box, 0, sizeof(ret->secret.box));
	if (n == sizeof(ret->secret.box))
		memcpy(ret->secret.box, box, sizeof(ret->secret.box));
	return true;
}

static bool read_generated(DBusMessageIter *at, struct records *rows, struct client_answer *ret)
{
	struct pat_id id;
	const char *path;

	dbus_message_iter_get_basic(at, &path);
	if (!answer_id(path, &id))
		return false;
	memcpy(ret->secret.id, id.text, sizeof(id.text));
	dbus_message_iter_next(at);
	return read_secret(at, rows, ret);
}

static bool read_count(DBusMessageIter *at, struct records *rows, struct client_answer *ret)
{
	uint32_t count;

	(void)rows;
	dbus_message_iter_get_basic(at, &count);
	ret->count.count = count;
	return true;
}

static bool read_verification(DBusMessageIter *at, struct records *rows, struct client_answer *ret)
{
	uint64_t *const numbers[] = { &ret->history.entries, &ret->history.first,
		&ret->history.bad };
	const char *problem;

	(void)rows;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		dbus_message_iter_get_basic(at, numbers[i]);
		dbus_message_iter_next(at);
	}
	dbus_message_iter_get_basic(at, &problem);
	pat_field_cut(ret->history.problem, sizeof(ret->history.problem), problem);
	return true;
}

static const struct bus_method methods[REQUEST_KINDS] = {
	[REQUEST_POLICY] = { "GetPolicy", .signature = "aa{sv}", .read = read_rows },
	[REQUEST_LIST] = { "ListTokens", .signature = "aa{sv}s", .given = AT(list.given),
		.takes_options = true, .options = list_options, .limit = AT(list.limit),
		.cursor = AT(list.cursor), .read = read_page },
	[REQUEST_GENERATE] = { "Generate", "GenerateSealed", "oh", "oay",
		.given = AT(generate.given), .text = AT(generate.name),
		.recipient = AT(generate.recipient), .takes_options = true,
		.takes_restrictions = true, .options = generate_options, .read = read_generated },
	[REQUEST_REVOKE] = { "Revoke", .signature = "", .given = AT(revoke.given),
		.token = AT(revoke.id), .takes_options = true, .options = revoke_options },
	[REQUEST_RESTORE] = { "Restore", .signature = "", .token = AT(token.id),
		.takes_options = true },
	[REQUEST_RENAME] = { "Rename", .signature = "", .token = AT(rename.id),
		.text = AT(rename.name), .takes_options = true },
	[REQUEST_ROTATE] = { "Rotate", "RotateSealed", "h", "ay", .given = AT(rotate.given),
		.token = AT(rotate.id), .recipient = AT(rotate.recipient), .takes_options = true,
		.options = rotate_options, .read = read_secret },
	[REQUEST_SET] = { "Set", .signature = "", .given = AT(set.given), .token = AT(set.id),
		.takes_options = true, .sets_restrictions = true, .options = set_options },
	[REQUEST_DELETE] = { "Delete", .signature = "", .token = AT(token.id),
		.takes_options = true },
	[REQUEST_REVOKE_ALL] = { "RevokeAll", .signature = "u", .given = AT(revoke_all.given),
		.takes_options = true, .options = revoke_all_options, .read = read_count },
	[REQUEST_LIST_SESSIONS] = { "ListSessions", .signature = "aa{sv}s",
		.given = AT(sessions.given), .takes_options = true, .options = sessions_options,
		.limit = AT(sessions.limit), .cursor = AT(sessions.cursor), .read = read_page },
	[REQUEST_LIST_APPROVALS] = { "ListRequests", .signature = "aa{sv}",
		.given = AT(approvals.given), .takes_options = true, .options = approvals_options,
		.read = read_rows },
	[REQUEST_APPROVE] = { "Approve", .signature = "", .text = AT(approval.id),
		.takes_options = true },
	[REQUEST_DENY] = { "Deny", .signature = "", .text = AT(approval.id),
		.takes_options = true },
	[REQUEST_DISABLE] = { "Disable", .signature = "", .given = AT(disable.given),
		.text = AT(disable.user), .takes_options = true, .options = disable_options },
	[REQUEST_ENABLE] = { "Enable", .signature = "", .given = AT(disable.given),
		.text = AT(disable.user), .takes_options = true, .options = enable_options },
	[REQUEST_LIST_DISABLED] = { "ListDisabled", .signature = "aa{sv}", .read = read_rows },
	[REQUEST_HISTORY] = { "ListHistory", .signature = "aa{sv}s", .given = AT(history.given),
		.takes_options = true, .options = history_options, .limit = AT(history.limit),
		.cursor = AT(history.cursor), .read = read_page },
	[REQUEST_SOURCES] = { "GetSources", .signature = "aa{sv}", .token = AT(token.id),
		.read = read_rows },
	[REQUEST_VERIFY_HISTORY] = { "VerifyHistory", .signature = "ttts", .takes_options = true,
		.read = read_verification },
};

static const void *part(const struct request *request, size_t offset)
{
	return (const char *)request + offset;
}

static uint64_t number(const struct request *request, size_t offset, size_t size)
{
	uint64_t wide = 0;
	uint32_t narrow = 0;

	if (size == sizeof(wide))
		memcpy(&wide, part(request, offset), sizeof(wide));
	else
		memcpy(&narrow, part(request, offset), sizeof(narrow));
	return wide + narrow;
}

static void add_option(DBusMessageIter *options, const struct bus_option *option,
	const struct request *request, uint32_t given)
{
	const bool is_given = (given & option->given) != 0;

	if (option->type == DBUS_TYPE_BOOLEAN)
		option_true(options, option->key, is_given);
	else if (option->type == DBUS_TYPE_STRING)
		option_string(
			options, option->key, is_given ? part(request, option->offset) : NULL);
	else if (option->given == 0)
		option_nonzero(
			options, option->key, number(request, option->offset, sizeof(uint64_t)));
	else if (is_given)
		option_uint64(
			options, option->key, number(request, option->offset, sizeof(uint64_t)));
}

static void add_restrictions(DBusMessageIter *options, const struct request_generate *generate)
{
	for (size_t i = 0; i < PAT_RESTRICTIONS; i++) {
		const char *text = generate->texts[i][0] != '\0' ? generate->texts[i] : NULL;

		if (restrictions[i].kind == RESTRICTION_LIST)
			option_list(options, restrictions[i].name, text);
		else
			option_string(options, restrictions[i].name, text);
		if (restrictions[i].kind == RESTRICTION_FLAG)
			option_true(options, restrictions[i].name, generate->numbers[i] != 0);
		else
			option_nonzero(options, restrictions[i].name, generate->numbers[i]);
	}
}

/* Those that are given, also if they are empty. */
static void add_given_restrictions(DBusMessageIter *options, const struct request_set *set)
{
	for (enum pat_restriction r = 0; r < PAT_RESTRICTIONS; r++) {
		if ((set->given & given_restriction(r)) == 0)
			continue;
		if (restrictions[r].kind == RESTRICTION_LIST)
			option_list(options, restrictions[r].name, set->texts[r]);
		else
			option_string(options, restrictions[r].name, set->texts[r]);
	}
}

static void add_options(
	DBusMessageIter *args, const struct bus_method *method, const struct request *request)
{
	const uint32_t given =
		method->given ? (uint32_t)number(request, method->given, sizeof(given)) : 0;
	DBusMessageIter options;

	options_open(args, &options);
	for (const struct bus_option *option = method->options; option && option->key; option++)
		add_option(&options, option, request, given);
	if (method->takes_restrictions)
		add_restrictions(&options, &request->generate);
	if (method->sets_restrictions)
		add_given_restrictions(&options, &request->set);
	options_close(args, &options);
}

static bool is_sealed(const struct bus_method *method, const struct request *request)
{
	return method->sealed &&
	       (number(request, method->given, sizeof(uint32_t)) & GIVEN_RECIPIENT) != 0;
}

static DBusMessage *new_call(const struct bus_method *method, const struct request *request)
{
	const bool sealed = is_sealed(method, request);
	const char *name = sealed ? method->sealed : method->name;
	DBusMessageIter args;
	struct pat_id id;
	DBusMessage *call;

	if (method->token) {
		memcpy(id.text, part(request, method->token), sizeof(id.text));
		call = call_token(&id, name, &args);
	} else {
		call = call_manager(name, &args);
	}
	if (method->text)
		call_string(&args, part(request, method->text));
	if (sealed)
		call_bytes(&args, part(request, method->recipient),
			sizeof(request->generate.recipient));
	if (method->takes_options)
		add_options(&args, method, request);
	if (method->limit) {
		call_uint32(&args, (uint32_t)number(request, method->limit, sizeof(uint32_t)));
		call_string(&args, part(request, method->cursor));
	}
	return call;
}

bool bus_ask(struct client *client, const struct request *request, struct records *rows,
	struct client_answer *ret, DBusError *error)
{
	const struct bus_method *method = &methods[request->head.kind];
	const char *signature =
		is_sealed(method, request) ? method->sealed_signature : method->signature;
	cleanup_message DBusMessage *call = new_call(method, request), *answer = NULL;
	DBusMessageIter at;

	answer = client->progress
			 ? call_with_progress(client, call, signature, "VerifyProgress", error)
			 : call_ask(client, call, signature, error);
	if (!answer)
		return false;
	if (!method->read)
		return true;
	dbus_message_iter_init(answer, &at);
	return method->read(&at, rows, ret) || answer_malformed(method->name, error);
}
