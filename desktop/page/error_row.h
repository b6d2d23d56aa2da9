/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row below a field of a form that says what is wrong with it; hidden while nothing is. */
#pragma once

#include <adwaita.h>

#define PATD_TYPE_ERROR_ROW (patd_error_row_get_type())
G_DECLARE_FINAL_TYPE(PatdErrorRow, patd_error_row, PATD, ERROR_ROW, AdwPreferencesRow)

/* Marks the field as invalid, goes to it, and shows the text; NULL: the field is right again.
 * field: NULL if it is not known which one it is. */
void patd_error_row_set(PatdErrorRow *row, GtkWidget *field, const char *text);
