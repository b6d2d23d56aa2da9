/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The form for a new token. */
#include "desktop/page/generate_form.h"

#include <string.h>

#include <adwaita.h>

#include "common/l10n.h"
#include "desktop/base/errors.h"
#include "desktop/client/calls.h"
#include "desktop/client/patd_policy.h"
#include "desktop/page/error_row.h"
#include "desktop/page/expiration_group.h"

#define PATD_TYPE_GENERATE_FORM (patd_generate_form_get_type())
G_DECLARE_FINAL_TYPE(PatdGenerateForm, patd_generate_form, PATD, GENERATE_FORM, GtkBox)

/* Pixels. */
#define EXPANDED_HEIGHT 620

/* Between the items of a restriction. */
#define SEPARATORS ", \t"

struct _PatdGenerateForm {
	GtkBox parent_instance;

	PatdService *service;
	GCancellable *cancellable; /* of the question for the policy */
	PatdExpirationGroup *expiration;
	AdwExpanderRow *restrictions;
	AdwEntryRow *name, *services, *sources, *hours, *max_uses;
	PatdErrorRow *name_error, *restrictions_error, *services_error, *sources_error,
		*hours_error, *max_uses_error;
	GtkSwitch *confirm;
};

static void form_interface_init(PatdSecretFormInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE(PatdGenerateForm, patd_generate_form, GTK_TYPE_BOX,
	G_IMPLEMENT_INTERFACE(PATD_TYPE_SECRET_FORM, form_interface_init))

/* What was typed, without space around it. */
static char *get_typed(AdwEntryRow *row)
{
	return g_strstrip(g_strdup(gtk_editable_get_text(GTK_EDITABLE(row))));
}

static gboolean is_typed(AdwEntryRow *row)
{
	g_autofree char *typed = get_typed(row);

	return *typed != '\0';
}

/* What was wrong with it is not known to be so any more. */
static void on_changed(PatdErrorRow *error, GtkWidget *field)
{
	patd_error_row_set(error, field, NULL);
}

/* The fields are better seen than scrolled to. */
static void on_expanded(PatdGenerateForm *self)
{
	GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));
	int width = 0, height = 0;

	if (!root || !adw_expander_row_get_expanded(self->restrictions))
		return;
	gtk_window_get_default_size(GTK_WINDOW(root), &width, &height);
	gtk_window_set_default_size(GTK_WINDOW(root), width, MAX(height, EXPANDED_HEIGHT));
}

/* 0 if it is no number of 1 or more. */
static guint64 get_max_uses(PatdGenerateForm *self)
{
	g_autofree char *typed = get_typed(self->max_uses);
	guint64 uses = 0;

	return g_ascii_string_to_unsigned(typed, 10, 1, G_MAXUINT64, &uses, NULL) ? uses : 0;
}

/* Separators without anything between them: patd would take no items for no restriction. */
static gboolean has_no_items(AdwEntryRow *row)
{
	const char *text = gtk_editable_get_text(GTK_EDITABLE(row));

	return is_typed(row) && text[strspn(text, SEPARATORS)] == '\0';
}

static gboolean refuse_restriction(
	PatdGenerateForm *self, PatdErrorRow *error, AdwEntryRow *row, const char *text)
{
	adw_expander_row_set_expanded(self->restrictions, TRUE);
	patd_error_row_set(error, GTK_WIDGET(row), text);
	return FALSE;
}

static gboolean check(PatdSecretForm *form)
{
	PatdGenerateForm *self = PATD_GENERATE_FORM(form);

	patd_error_row_set(self->restrictions_error, NULL, NULL);
	if (!is_typed(self->name)) {
		patd_error_row_set(self->name_error, GTK_WIDGET(self->name), _("Enter a name."));
		return FALSE;
	}
	if (!patd_expiration_group_check(self->expiration))
		return FALSE;
	if (has_no_items(self->services))
		return refuse_restriction(self, self->services_error, self->services,
			_("Enter a service, or leave it empty for all."));
	if (has_no_items(self->sources))
		return refuse_restriction(self, self->sources_error, self->sources,
			_("Enter an address, or leave it empty for any."));
	if (is_typed(self->max_uses) && get_max_uses(self) == 0)
		return refuse_restriction(self, self->max_uses_error, self->max_uses,
			_("Enter a number, 1 or more."));
	return TRUE;
}

static void collect_items(GVariantBuilder *options, const char *key, AdwEntryRow *row)
{
	g_auto(GStrv) parts =
		g_strsplit_set(gtk_editable_get_text(GTK_EDITABLE(row)), SEPARATORS, -1);
	g_auto(GVariantBuilder) items = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);

	if (!is_typed(row))
		return;
	for (char **part = parts; *part; part++)
		if (**part != '\0')
			g_variant_builder_add(&items, "s", *part);
	g_variant_builder_add(options, "{sv}", key, g_variant_builder_end(&items));
}

static GVariant *collect_options(PatdGenerateForm *self)
{
	g_auto(GVariantBuilder) options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
	g_autofree char *hours = get_typed(self->hours);
	const guint64 max_uses = get_max_uses(self);

	patd_expiration_group_collect(self->expiration, &options);
	collect_items(&options, "services", self->services);
	collect_items(&options, "sources", self->sources);
	if (*hours != '\0')
		g_variant_builder_add(&options, "{sv}", "hours", g_variant_new_string(hours));
	if (max_uses != 0)
		g_variant_builder_add(&options, "{sv}", "max_uses", g_variant_new_uint64(max_uses));
	if (gtk_switch_get_active(self->confirm))
		g_variant_builder_add(&options, "{sv}", "confirm", g_variant_new_boolean(TRUE));
	return g_variant_builder_end(&options);
}

static void call(PatdSecretForm *form, GAsyncReadyCallback callback, gpointer data)
{
	PatdGenerateForm *self = PATD_GENERATE_FORM(form);
	g_autofree char *name = get_typed(self->name);

	patd_call_generate(self->service, name, collect_options(self), NULL, callback, data);
}

/* patd says which text is wrong, not which field has it: known if only one was filled in. */
static void explain_restriction(PatdGenerateForm *self, const char *text)
{
	const struct {
		AdwEntryRow *row;
		PatdErrorRow *error;
	} fields[] = {
		{ self->services, self->services_error },
		{ self->sources, self->sources_error },
		{ self->hours, self->hours_error },
		{ self->max_uses, self->max_uses_error },
	};
	guint typed = 0, last = 0;

	for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
		if (is_typed(fields[i].row)) {
			typed++;
			last = i;
		}
	adw_expander_row_set_expanded(self->restrictions, TRUE);
	if (typed == 1)
		patd_error_row_set(fields[last].error, GTK_WIDGET(fields[last].row), text);
	else
		patd_error_row_set(self->restrictions_error, GTK_WIDGET(self->restrictions), text);
}

static gboolean explain(PatdSecretForm *form, const GError *error)
{
	PatdGenerateForm *self = PATD_GENERATE_FORM(form);
	const PatdErrorKind kind = patd_error_kind(error);
	g_autofree char *text = patd_error_text(error);

	if (kind == PATD_NAME_TAKEN || kind == PATD_INVALID_NAME)
		patd_error_row_set(self->name_error, GTK_WIDGET(self->name), text);
	else if (kind == PATD_INVALID_EXPIRY)
		patd_expiration_group_explain(self->expiration, text);
	else if (kind == PATD_INVALID_RESTRICTION)
		explain_restriction(self, text);
	else
		return FALSE;
	return TRUE;
}

static void form_interface_init(PatdSecretFormInterface *interface)
{
	interface->title = _("Generate Token");
	interface->submit = _("_Generate");
	interface->done_title = _("Token Generated");
	interface->check = check;
	interface->call = call;
	interface->explain = explain;
}

/* Without an answer, what every policy permits stays on offer. */
static void on_policy(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(PatdGenerateForm) self = data;
	PatdPolicy policy = { 0 };

	if (patd_policy_get_finish(PATD_SERVICE(source), result, &policy, NULL) && self->service)
		patd_expiration_group_set_policy(self->expiration, &policy);
}

static void patd_generate_form_dispose(GObject *object)
{
	PatdGenerateForm *self = PATD_GENERATE_FORM(object);

	g_cancellable_cancel(self->cancellable);
	g_clear_object(&self->cancellable);
	g_clear_object(&self->service);
	G_OBJECT_CLASS(patd_generate_form_parent_class)->dispose(object);
}

static void bind_children(GtkWidgetClass *class)
{
	gtk_widget_class_bind_template_child(class, PatdGenerateForm, name);
	gtk_widget_class_bind_template_child(class, PatdGenerateForm, name_error);
	gtk_widget_class_bind_template_child(class, PatdGenerateForm, expiration);
	gtk_widget_class_bind_template_child(class, PatdGenerateForm, restrictions);
	gtk_widget_class_bind_template_child(class, PatdGenerateForm, restrictions_error);
	gtk_widget_class_bind_template_child(class, PatdGenerateForm, services);
	gtk_widget_class_bind_template_child(class, PatdGenerateForm, services_error);
	gtk_widget_class_bind_template_child(class, PatdGenerateForm, sources);
	gtk_widget_class_bind_template_child(class, PatdGenerateForm, sources_error);
	gtk_widget_class_bind_template_child(class, PatdGenerateForm, hours);
	gtk_widget_class_bind_template_child(class, PatdGenerateForm, hours_error);
	gtk_widget_class_bind_template_child(class, PatdGenerateForm, max_uses);
	gtk_widget_class_bind_template_child(class, PatdGenerateForm, max_uses_error);
	gtk_widget_class_bind_template_child(class, PatdGenerateForm, confirm);
}

static void patd_generate_form_class_init(PatdGenerateFormClass *class)
{
	GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

	G_OBJECT_CLASS(class)->dispose = patd_generate_form_dispose;
	g_type_ensure(PATD_TYPE_ERROR_ROW);
	g_type_ensure(PATD_TYPE_EXPIRATION_GROUP);
	gtk_widget_class_set_template_from_resource(
		widget_class, "/org/patd/Desktop/generate_form.ui");
	bind_children(widget_class);
	gtk_widget_class_bind_template_callback(widget_class, on_changed);
	gtk_widget_class_bind_template_callback(widget_class, on_expanded);
}

static void patd_generate_form_init(PatdGenerateForm *self)
{
	gtk_widget_init_template(GTK_WIDGET(self));
	self->cancellable = g_cancellable_new();
}

PatdSecretForm *patd_generate_form_new(PatdService *service)
{
	PatdGenerateForm *self = g_object_new(PATD_TYPE_GENERATE_FORM, NULL);

	self->service = g_object_ref(service);
	patd_policy_get(service, self->cancellable, on_policy, g_object_ref(self));
	return PATD_SECRET_FORM(self);
}
