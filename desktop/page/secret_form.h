/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A form whose answer is a secret: that of a new token, or a new one of a token.  The dialog shows
 * it, and calls it when the person submits; a form has no buttons of its own.
 */
#pragma once

#include <gtk/gtk.h>

#define PATD_TYPE_SECRET_FORM (patd_secret_form_get_type())
G_DECLARE_INTERFACE(PatdSecretForm, patd_secret_form, PATD, SECRET_FORM, GtkWidget)

/* Texts are translated and static, or the form's. */
struct _PatdSecretFormInterface {
	GTypeInterface parent_interface;

	const char *title;      /* "Generate Token" */
	const char *submit;     /* "_Generate" */
	const char *done_title; /* "Token Generated" */
	/* FALSE, if something typed is wrong, which the form then says at the field. */
	gboolean (*check)(PatdSecretForm *form);
	/* Begins a call for patd_call_secret_finish(). */
	void (*call)(PatdSecretForm *form, GAsyncReadyCallback callback, gpointer data);
	/* Says at a field what patd found wrong; FALSE if it is about no field. */
	gboolean (*explain)(PatdSecretForm *form, const GError *error);
};
