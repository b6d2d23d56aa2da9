/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The actions of a token. */
#include "desktop/page/token_actions.h"

#include <adwaita.h>

#include "common/l10n.h"
#include "desktop/page/delete_dialog.h"
#include "desktop/page/rename_dialog.h"
#include "desktop/page/revoke_dialog.h"
#include "desktop/page/rotate_form.h"
#include "desktop/page/secret_dialog.h"
#include "desktop/page/token_call.h"

typedef struct {
	GSimpleActionGroup *group; /* not owned: it owns this */
	GtkWindow *window;         /* not owned */
	PatdService *service;
	PatdToken *token;
} Actions;

static void actions_free(Actions *actions)
{
	g_signal_handlers_disconnect_by_data(actions->service, actions);
	g_signal_handlers_disconnect_by_data(actions->token, actions);
	g_object_unref(actions->service);
	g_object_unref(actions->token);
	g_free(actions);
}

static gboolean can_revoke(const PatdTokenInfo *info, const char *own_issuer)
{
	(void)own_issuer;
	/* A revocation for a period can become permanent. */
	return info->state == PATD_STATE_REVOKED ? info->revoked_until != 0
						 : info->state != PATD_STATE_ALTERED;
}

static gboolean can_restore(const PatdTokenInfo *info, const char *own_issuer)
{
	return info->state == PATD_STATE_REVOKED &&
	       !g_str_equal(info->revoked_reason, "compromised") &&
	       !patd_token_is_foreign(info, own_issuer);
}

static gboolean can_rotate(const PatdTokenInfo *info, const char *own_issuer)
{
	return (info->state == PATD_STATE_ACTIVE || info->state == PATD_STATE_PENDING ||
		       info->state == PATD_STATE_DISABLED) &&
	       !patd_token_is_foreign(info, own_issuer);
}

static gboolean can_rename(const PatdTokenInfo *info, const char *own_issuer)
{
	return info->state != PATD_STATE_ALTERED && !patd_token_is_foreign(info, own_issuer);
}

static void do_details(Actions *actions)
{
	gtk_widget_activate_action(GTK_WIDGET(actions->window), "win.show-token", "s",
		patd_token_get_info(actions->token)->id);
}

static void do_copy_id(Actions *actions)
{
	gdk_clipboard_set_text(gtk_widget_get_clipboard(GTK_WIDGET(actions->window)),
		patd_token_get_info(actions->token)->id);
	patd_say(actions->window, _("ID copied to the clipboard"));
}

static void do_revoke(Actions *actions)
{
	patd_revoke_dialog_present(actions->window, actions->service, actions->token);
}

static void do_restore(Actions *actions)
{
	patd_token_call(actions->window, actions->service, actions->token, "Restore", NULL,
		_("User token successfully restored"));
}

static void do_rotate(Actions *actions)
{
	patd_secret_dialog_present(
		actions->window, patd_rotate_form_new(actions->service, actions->token));
}

static void do_rename(Actions *actions)
{
	patd_rename_dialog_present(actions->window, actions->service, actions->token);
}

static void do_delete(Actions *actions)
{
	patd_delete_dialog_present(actions->window, actions->service, actions->token);
}

static const struct {
	const char *name;
	void (*act)(Actions *actions);
	/* NULL: without patd, too */
	gboolean (*is_possible)(const PatdTokenInfo *info, const char *own_issuer);
} rows[] = {
	{ "details", do_details, NULL },
	{ "copy-id", do_copy_id, NULL },
	{ "revoke", do_revoke, can_revoke },
	{ "restore", do_restore, can_restore },
	{ "rotate", do_rotate, can_rotate },
	{ "rename", do_rename, can_rename },
	{ "delete", do_delete, patd_token_is_deletable },
};

static void on_activate(GSimpleAction *action, GVariant *parameter, gpointer data)
{
	const char *name = g_action_get_name(G_ACTION(action));

	(void)parameter;
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
		if (g_str_equal(rows[i].name, name))
			rows[i].act(data);
}

static void refresh(Actions *actions)
{
	const PatdTokenInfo *info = patd_token_get_info(actions->token);
	const gboolean ready = patd_service_get_state(actions->service) == PATD_SERVICE_READY;
	const char *own_issuer = patd_service_get_issuer(actions->service);

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		GAction *action =
			g_action_map_lookup_action(G_ACTION_MAP(actions->group), rows[i].name);

		if (action && rows[i].is_possible)
			g_simple_action_set_enabled(G_SIMPLE_ACTION(action),
				ready && rows[i].is_possible(info, own_issuer));
	}
}

GActionGroup *patd_token_actions_new(GtkWindow *window, PatdService *service, PatdToken *token)
{
	GSimpleActionGroup *group = g_simple_action_group_new();
	Actions *actions = g_new0(Actions, 1);

	actions->group = group;
	actions->window = window;
	actions->service = g_object_ref(service);
	actions->token = g_object_ref(token);
	g_object_set_data_full(
		G_OBJECT(group), "patd-actions", actions, (GDestroyNotify)actions_free);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GSimpleAction) action = g_simple_action_new(rows[i].name, NULL);

		g_signal_connect(action, "activate", G_CALLBACK(on_activate), actions);
		g_action_map_add_action(G_ACTION_MAP(group), G_ACTION(action));
	}
	g_signal_connect_swapped(token, "changed", G_CALLBACK(refresh), actions);
	g_signal_connect_swapped(service, "notify::state", G_CALLBACK(refresh), actions);
	refresh(actions);
	return G_ACTION_GROUP(group);
}
