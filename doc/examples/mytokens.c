/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * My tokens: prints each change of your tokens as it happens, and executes commands from stdin:
 * generate NAME, revoke ID, restore ID, delete ID.
 */
#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <gio/gunixinputstream.h>
#include <string.h>
#include <unistd.h>

#include "patd.h" /* by gdbus-codegen */

#define NAME "org.patd.Tokens1"
#define ROOT "/org/patd/Tokens1"

/* Calls allow a dialog, so they have no timeout: the person may take minutes. */
#define FLAGS G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION
#define TIMEOUT G_MAXINT

struct my_tokens {
	GMainLoop *loop;
	GDataInputStream *lines;
	GDBusObjectManager *tokens;
	PatdManager *manager;
	gboolean there;
};

static const struct change {
	const char *verb;
	void (*call)(PatdToken *token, GVariant *options, GDBusCallFlags flags, gint timeout,
		GCancellable *cancellable, GAsyncReadyCallback done, gpointer data);
	gboolean (*finish)(PatdToken *token, GAsyncResult *result, GError **error);
} changes[] = {
	{ "revoke", patd_token_call_revoke, patd_token_call_revoke_finish },
	{ "restore", patd_token_call_restore, patd_token_call_restore_finish },
	{ "delete", patd_token_call_delete, patd_token_call_delete_finish },
};

/* The message for each error, by its name; for all others, the message of patd. */
static const struct {
	const char *name, *text;
} errors[] = {
	{ "org.patd.Tokens1.Error.NameTaken", "you have a token of that name" },
	{ "org.patd.Tokens1.Error.NotFound", "you have no such token" },
	{ "org.patd.Tokens1.Error.NotRevoked", "revoke it first" },
	{ "org.patd.Tokens1.Error.Expired", "it has expired; generate another one" },
	{ "org.freedesktop.DBus.Error.AccessDenied", "that is not allowed" },
	{ "org.freedesktop.DBus.Error.ServiceUnknown", "patd is not there" },
	{ "org.freedesktop.DBus.Error.NoReply", "patd ended meanwhile: see whether it is done" },
};

static void say_error(GError *error)
{
	g_autofree char *name = g_dbus_error_get_remote_error(error);
	const char *text;

	g_dbus_error_strip_remote_error(error);
	text = error->message;
	for (gsize i = 0; i < G_N_ELEMENTS(errors); i++)
		if (g_strcmp0(name, errors[i].name) == 0)
			text = errors[i].text;
	g_print("error: %s\n", text);
}

static void say_state(PatdToken *token)
{
	g_print("%s %s %s\n", patd_token_get_state(token), patd_token_get_id(token),
		patd_token_get_name(token));
}

/* --- changes of tokens ----------------------------------------------------------------------- */
static gboolean is_there(GDBusObjectManager *tokens)
{
	g_autofree char *owner =
		g_dbus_object_manager_client_get_name_owner(G_DBUS_OBJECT_MANAGER_CLIENT(tokens));

	return owner != NULL;
}

static void on_owner(struct my_tokens *my)
{
	gboolean was_there = my->there;
	GList *objects = g_dbus_object_manager_get_objects(my->tokens);

	my->there = is_there(my->tokens);
	if (my->there) {
		g_print("tokens: %u\n", g_list_length(objects));
		for (GList *at = objects; at; at = at->next)
			say_state(patd_object_peek_token(PATD_OBJECT(at->data)));
	} else if (was_there) {
		g_print("patd is not there\n");
	}
	g_list_free_full(objects, g_object_unref);
}

/* While the name has no owner, patd starts or ends; the tokens do not change. */
static void on_added(GDBusObjectManager *tokens, PatdObject *object)
{
	if (is_there(tokens))
		say_state(patd_object_peek_token(object));
}

static void on_removed(GDBusObjectManager *tokens, PatdObject *object)
{
	PatdToken *token = patd_object_peek_token(object);

	if (is_there(tokens))
		g_print("deleted %s %s\n", patd_token_get_id(token), patd_token_get_name(token));
}

static void on_changed(
	GDBusObjectManager *tokens, PatdObject *object, PatdToken *token, GVariant *changed)
{
	(void)tokens;
	(void)object;
	if (g_variant_lookup(changed, "State", "&s", NULL))
		say_state(token);
	if (g_variant_lookup(changed, "LastUsedAt", "t", NULL))
		g_print("used %s %s at %" G_GUINT64_FORMAT " through %s\n",
			patd_token_get_id(token), patd_token_get_name(token),
			patd_token_get_last_used_at(token),
			patd_token_get_last_used_service(token));
}

/* --- commands -------------------------------------------------------------------------------- */
/* Prints the secret once, and wipes it.  The descriptor has it, and nothing else. */
static void show_secret(int fd)
{
	static const char label[] = "secret ";
	char text[128];
	char *secret = text + sizeof(label) - 1;
	ssize_t len;

	memcpy(text, label, sizeof(label) - 1);
	len = pread(fd, secret, sizeof(text) - sizeof(label), 0);
	if (len > 0)
		secret[len++] = '\n';
	len += secret - text;
	if (len <= secret - text || write(STDOUT_FILENO, text, (size_t)len) != len)
		g_printerr("the secret is lost: %m\n");
	explicit_bzero(text, sizeof(text));
}

static void on_generated(GObject *manager, GAsyncResult *result, gpointer data)
{
	g_autoptr(GUnixFDList) fds = NULL;
	g_autoptr(GVariant) secret = NULL;
	g_autoptr(GError) error = NULL;
	int fd = -1;

	(void)data;
	if (patd_manager_call_generate_finish(
		    PATD_MANAGER(manager), NULL, &secret, &fds, result, &error))
		fd = g_unix_fd_list_get(fds, g_variant_get_handle(secret), &error);
	if (fd < 0) {
		say_error(error);
		return;
	}
	show_secret(fd);
	close(fd);
}

static void on_done(GObject *token, GAsyncResult *result, gpointer data)
{
	const struct change *change = data;
	g_autoptr(GError) error = NULL;

	if (!change->finish(PATD_TOKEN(token), result, &error))
		say_error(error);
}

static GVariant *no_options(void)
{
	return g_variant_new("a{sv}", NULL);
}

static PatdToken *find_token(struct my_tokens *my, const char *id)
{
	GList *objects = g_dbus_object_manager_get_objects(my->tokens);
	PatdToken *found = NULL;

	for (GList *at = objects; at && !found; at = at->next) {
		PatdToken *token = patd_object_peek_token(PATD_OBJECT(at->data));

		if (strcmp(patd_token_get_id(token), id) == 0)
			found = g_object_ref(token);
	}
	g_list_free_full(objects, g_object_unref);
	return found;
}

static void change_token(struct my_tokens *my, const struct change *change, const char *id)
{
	g_autoptr(PatdToken) token = find_token(my, id);

	if (token)
		change->call(token, no_options(), FLAGS, TIMEOUT, NULL, on_done, (gpointer)change);
	else
		g_print("error: you have no such token\n");
}

static void obey(struct my_tokens *my, const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", 2);

	if (!words[0] || !words[1])
		return;
	if (strcmp(words[0], "generate") == 0)
		patd_manager_call_generate(my->manager, words[1], no_options(), FLAGS, TIMEOUT,
			NULL, NULL, on_generated, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(changes); i++)
		if (strcmp(words[0], changes[i].verb) == 0)
			change_token(my, &changes[i], words[1]);
}

static void on_line(GObject *lines, GAsyncResult *result, gpointer data)
{
	struct my_tokens *my = data;
	g_autofree char *line =
		g_data_input_stream_read_line_finish_utf8(my->lines, result, NULL, NULL);

	(void)lines;
	if (!line) {
		g_main_loop_quit(my->loop);
		return;
	}
	obey(my, line);
	g_data_input_stream_read_line_async(my->lines, G_PRIORITY_DEFAULT, NULL, on_line, my);
}

int main(void)
{
	struct my_tokens my = { .there = TRUE };
	g_autoptr(GError) error = NULL;
	g_autoptr(GInputStream) input = g_unix_input_stream_new(STDIN_FILENO, FALSE);

	/* Subscribes, and again after each restart of patd. */
	my.tokens = patd_object_manager_client_new_for_bus_sync(G_BUS_TYPE_SYSTEM,
		G_DBUS_OBJECT_MANAGER_CLIENT_FLAGS_NONE, NAME, ROOT, NULL, &error);
	if (my.tokens)
		my.manager = patd_manager_proxy_new_for_bus_sync(
			G_BUS_TYPE_SYSTEM, G_DBUS_PROXY_FLAGS_NONE, NAME, ROOT, NULL, &error);
	if (!my.manager) {
		g_printerr("%s\n", error->message);
		return 1;
	}
	g_signal_connect(my.tokens, "object-added", G_CALLBACK(on_added), NULL);
	g_signal_connect(my.tokens, "object-removed", G_CALLBACK(on_removed), NULL);
	g_signal_connect(
		my.tokens, "interface-proxy-properties-changed", G_CALLBACK(on_changed), NULL);
	g_signal_connect_swapped(my.tokens, "notify::name-owner", G_CALLBACK(on_owner), &my);
	on_owner(&my);

	my.loop = g_main_loop_new(NULL, FALSE);
	my.lines = g_data_input_stream_new(input);
	g_data_input_stream_read_line_async(my.lines, G_PRIORITY_DEFAULT, NULL, on_line, &my);
	g_main_loop_run(my.loop);

	g_object_unref(my.lines);
	g_main_loop_unref(my.loop);
	g_object_unref(my.manager);
	g_object_unref(my.tokens);
	return 0;
}
