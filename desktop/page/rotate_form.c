/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The form before a rotation. */
#include "desktop/page/rotate_form.h"

#include <adwaita.h>

#include "common/l10n.h"
#include "desktop/base/words.h"
#include "desktop/client/calls.h"

#define PATD_TYPE_ROTATE_FORM (patd_rotate_form_get_type())
G_DECLARE_FINAL_TYPE(PatdRotateForm, patd_rotate_form, PATD, ROTATE_FORM, GtkBox)

struct _PatdRotateForm {
	GtkBox parent_instance;

	PatdService *service;
	PatdToken *token;
	GtkLabel *description;
	AdwComboRow *grace;
	AdwActionRow *sessions_row;
	GtkSwitch *sessions;
};

static void form_interface_init(PatdSecretFormInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE(PatdRotateForm, patd_rotate_form, GTK_TYPE_BOX,
	G_IMPLEMENT_INTERFACE(PATD_TYPE_SECRET_FORM, form_interface_init))

/* Seconds, in the order of the items of the .ui file. */
static const guint64 graces[] = { 86400, 3600, 0 };

static guint64 get_grace(PatdRotateForm *self)
{
	const guint selected = adw_combo_row_get_selected(self->grace);

	return selected < G_N_ELEMENTS(graces) ? graces[selected] : 0;
}

/* patd ends sessions only with the secret that opened them. */
static void on_grace(PatdRotateForm *self)
{
	const gboolean possible = self->token && get_grace(self) == 0 &&
				  patd_token_get_info(self->token)->sessions != 0;

	gtk_widget_set_visible(GTK_WIDGET(self->sessions_row), possible);
	if (!possible)
		gtk_switch_set_active(self->sessions, FALSE);
}

static gboolean check(PatdSecretForm *form)
{
	(void)form;
	return TRUE;
}

static void call(PatdSecretForm *form, GAsyncReadyCallback callback, gpointer data)
{
	PatdRotateForm *self = PATD_ROTATE_FORM(form);
	g_auto(GVariantBuilder) options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

	g_variant_builder_add(&options, "{sv}", "grace", g_variant_new_uint64(get_grace(self)));
	if (gtk_switch_get_active(self->sessions))
		g_variant_builder_add(
			&options, "{sv}", "end_sessions", g_variant_new_boolean(TRUE));
	patd_call_rotate(
		self->service, self->token, g_variant_builder_end(&options), NULL, callback, data);
}

static gboolean explain(PatdSecretForm *form, const GError *error)
{
	(void)form;
	(void)error;
	return FALSE;
}

static void form_interface_init(PatdSecretFormInterface *interface)
{
	interface->title = _("Rotate Token");
	interface->submit = _("_Rotate");
	interface->done_title = _("Token Rotated");
	interface->check = check;
	interface->call = call;
	interface->explain = explain;
}

static void patd_rotate_form_dispose(GObject *object)
{
	PatdRotateForm *self = PATD_ROTATE_FORM(object);

	g_clear_object(&self->service);
	g_clear_object(&self->token);
	G_OBJECT_CLASS(patd_rotate_form_parent_class)->dispose(object);
}

static void patd_rotate_form_class_init(PatdRotateFormClass *class)
{
	GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

	G_OBJECT_CLASS(class)->dispose = patd_rotate_form_dispose;
	gtk_widget_class_set_template_from_resource(
		widget_class, "/org/patd/Desktop/rotate_form.ui");
	gtk_widget_class_bind_template_child(widget_class, PatdRotateForm, description);
	gtk_widget_class_bind_template_child(widget_class, PatdRotateForm, grace);
	gtk_widget_class_bind_template_child(widget_class, PatdRotateForm, sessions_row);
	gtk_widget_class_bind_template_child(widget_class, PatdRotateForm, sessions);
	gtk_widget_class_bind_template_callback(widget_class, on_grace);
}

static void patd_rotate_form_init(PatdRotateForm *self)
{
	gtk_widget_init_template(GTK_WIDGET(self));
}

PatdSecretForm *patd_rotate_form_new(PatdService *service, PatdToken *token)
{
	PatdRotateForm *self = g_object_new(PATD_TYPE_ROTATE_FORM, NULL);
	g_autofree char *name = patd_words_isolate(patd_token_get_info(token)->name);
	g_autofree char *text = g_strdup_printf(
		_("“%s” gets a new secret. Its name, expiration and restrictions stay the same."),
		name);

	self->service = g_object_ref(service);
	self->token = g_object_ref(token);
	gtk_label_set_text(self->description, text);
	return PATD_SECRET_FORM(self);
}
