/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Draws a secret by characters. */
#include "desktop/page/secret_text.h"

#include <string.h>

#define MIN_COLUMNS 12
#define ROWS 2 /* unless it is narrow, or wide */

struct _PatdSecretText {
	GtkWidget parent_instance;

	PatdSecret *secret; /* NULL: none */
};

G_DEFINE_FINAL_TYPE(PatdSecretText, patd_secret_text, GTK_TYPE_WIDGET)

/* Of one character, in pixels. */
typedef struct {
	int width, height;
} Cell;

static int get_length(PatdSecretText *self)
{
	return self->secret ? (int)strlen(patd_secret_get_text(self->secret)) : 0;
}

/* The widest characters of fonts that are not monospaced, in case there is no other. */
static Cell get_cell(GtkWidget *widget)
{
	g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout(widget, "W");
	Cell cell;

	pango_layout_get_pixel_size(layout, &cell.width, &cell.height);
	cell.width = MAX(cell.width, 1);
	return cell;
}

static int count_rows(int length, int columns)
{
	return MAX((length + columns - 1) / columns, 1);
}

/* Rows of the same length, as far as possible. */
static int fit_columns(int length, int width, Cell cell)
{
	const int columns = CLAMP(width / cell.width, 1, MAX(length, 1));
	const int rows = count_rows(length, columns);

	return MAX((length + rows - 1) / rows, 1);
}

static GtkSizeRequestMode get_request_mode(GtkWidget *widget)
{
	(void)widget;
	return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void measure(GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
	int *natural, int *minimum_baseline, int *natural_baseline)
{
	const int length = get_length(PATD_SECRET_TEXT(widget));
	const Cell cell = get_cell(widget);

	*minimum_baseline = *natural_baseline = -1;
	if (orientation == GTK_ORIENTATION_HORIZONTAL) {
		*minimum = MIN(length, MIN_COLUMNS) * cell.width;
		*natural = (length + ROWS - 1) / ROWS * cell.width;
	} else {
		const int width = for_size < 0 ? (length + ROWS - 1) / ROWS * cell.width : for_size;

		*minimum = *natural =
			count_rows(length, fit_columns(length, width, cell)) * cell.height;
	}
}

static void draw_character(GtkSnapshot *snapshot, PangoLayout *layout, char character, int x, int y,
	const GdkRGBA *color)
{
	pango_layout_set_text(layout, &character, 1);
	gtk_snapshot_save(snapshot);
	gtk_snapshot_translate(snapshot, &GRAPHENE_POINT_INIT((float)x, (float)y));
	gtk_snapshot_append_layout(snapshot, layout, color);
	gtk_snapshot_restore(snapshot);
}

/* From left to right in any language. */
static void snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
	PatdSecretText *self = PATD_SECRET_TEXT(widget);
	const int length = get_length(self), width = gtk_widget_get_width(widget);
	const char *text = self->secret ? patd_secret_get_text(self->secret) : "";
	const Cell cell = get_cell(widget);
	const int columns = fit_columns(length, width, cell);
	const int margin = MAX((width - columns * cell.width) / 2, 0);
	g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout(widget, NULL);
	GdkRGBA color;

	gtk_style_context_get_color(gtk_widget_get_style_context(widget), &color);
	for (int i = 0; i < length; i++)
		draw_character(snapshot, layout, text[i], margin + i % columns * cell.width,
			i / columns * cell.height, &color);
}

void patd_secret_text_set(PatdSecretText *self, PatdSecret *secret)
{
	PatdSecret *former = self->secret;

	self->secret = secret ? patd_secret_ref(secret) : NULL;
	patd_secret_unref(former);
	gtk_widget_queue_resize(GTK_WIDGET(self));
}

static void patd_secret_text_finalize(GObject *object)
{
	patd_secret_unref(PATD_SECRET_TEXT(object)->secret);
	G_OBJECT_CLASS(patd_secret_text_parent_class)->finalize(object);
}

static void patd_secret_text_class_init(PatdSecretTextClass *class)
{
	GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

	G_OBJECT_CLASS(class)->finalize = patd_secret_text_finalize;
	widget_class->get_request_mode = get_request_mode;
	widget_class->measure = measure;
	widget_class->snapshot = snapshot;
	gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void patd_secret_text_init(PatdSecretText *self)
{
	(void)self;
}
