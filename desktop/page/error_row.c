/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Says what is wrong with a field, to the eye and to a screen reader. */
#include "desktop/page/error_row.h"

struct _PatdErrorRow {
	AdwPreferencesRow parent_instance;

	GtkLabel *label;
};

G_DEFINE_FINAL_TYPE(PatdErrorRow, patd_error_row, ADW_TYPE_PREFERENCES_ROW)

static void patd_error_row_class_init(PatdErrorRowClass *class)
{
	(void)class;
}

static void patd_error_row_init(PatdErrorRow *self)
{
	GtkWidget *label =
		g_object_new(GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_ALERT, "wrap",
			TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, "xalign", 0.0, "margin-start", 12,
			"margin-end", 12, "margin-top", 6, "margin-bottom", 6, NULL);

	self->label = GTK_LABEL(label);
	gtk_widget_add_css_class(label, "error");
	gtk_list_box_row_set_child(GTK_LIST_BOX_ROW(self), label);
	gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(self), FALSE);
	gtk_widget_set_focusable(GTK_WIDGET(self), FALSE);
	gtk_widget_set_visible(GTK_WIDGET(self), FALSE);
}

static void unmark(GtkWidget *field)
{
	GtkAccessible *accessible = GTK_ACCESSIBLE(field);

	gtk_widget_remove_css_class(field, "error");
	gtk_accessible_reset_state(accessible, GTK_ACCESSIBLE_STATE_INVALID);
	gtk_accessible_reset_relation(accessible, GTK_ACCESSIBLE_RELATION_DESCRIBED_BY);
}

/* DESCRIBED_BY: of ERROR_MESSAGE, GTK 4.8 takes one widget and not a list, and ends at the NULL. */
static void mark(GtkWidget *field, GtkLabel *label)
{
	GtkAccessible *accessible = GTK_ACCESSIBLE(field);

	gtk_widget_add_css_class(field, "error");
	gtk_accessible_update_state(
		accessible, GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE, -1);
	gtk_accessible_update_relation(
		accessible, GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, label, NULL, -1);
	gtk_widget_grab_focus(field);
}

void patd_error_row_set(PatdErrorRow *self, GtkWidget *field, const char *text)
{
	gtk_label_set_text(self->label, text ? text : "");
	gtk_widget_set_visible(GTK_WIDGET(self), text != NULL);
	if (field && text)
		mark(field, self->label);
	else if (field)
		unmark(field);
}
