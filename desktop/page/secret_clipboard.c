/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts a secret into the clipboard, and takes it out again. */
#include "desktop/page/secret_clipboard.h"

#include "desktop/page/secret_content.h"

struct _PatdSecretClipboard {
	GObject parent_instance;

	GdkClipboard *clipboard;     /* not owned: it owns this */
	GdkContentProvider *content; /* NULL: no secret is there */
	gint64 end;                  /* of the monotonic clock, in microseconds */
	guint timer;
};

G_DEFINE_FINAL_TYPE(PatdSecretClipboard, patd_secret_clipboard, G_TYPE_OBJECT)

enum {
	PROP_LEFT = 1,
	N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void forget(PatdSecretClipboard *self)
{
	g_clear_handle_id(&self->timer, g_source_remove);
	if (!self->content)
		return;
	g_clear_object(&self->content);
	g_object_notify_by_pspec(G_OBJECT(self), properties[PROP_LEFT]);
}

/* Something else may have been copied, here or in another program. */
static void on_changed(GdkClipboard *clipboard, gpointer data)
{
	PatdSecretClipboard *self = data;

	if (self->content && gdk_clipboard_get_content(clipboard) != self->content)
		forget(self);
}

static gboolean on_second(gpointer data)
{
	PatdSecretClipboard *self = data;

	if (patd_secret_clipboard_get_left(self) == 0) {
		self->timer = 0;
		patd_secret_clipboard_clear(self);
		return G_SOURCE_REMOVE;
	}
	g_object_notify_by_pspec(G_OBJECT(self), properties[PROP_LEFT]);
	return G_SOURCE_CONTINUE;
}

void patd_secret_clipboard_copy(PatdSecretClipboard *self, PatdSecret *secret)
{
	g_autoptr(GdkContentProvider) content = patd_secret_content_new(secret);

	forget(self);
	if (!gdk_clipboard_set_content(self->clipboard, content))
		return;
	self->content = g_steal_pointer(&content);
	self->end =
		g_get_monotonic_time() + PATD_SECRET_CLIPBOARD_SECONDS * (gint64)G_TIME_SPAN_SECOND;
	self->timer = g_timeout_add_seconds(1, on_second, self);
	g_object_notify_by_pspec(G_OBJECT(self), properties[PROP_LEFT]);
}

void patd_secret_clipboard_clear(PatdSecretClipboard *self)
{
	const gboolean ours =
		self->content && gdk_clipboard_get_content(self->clipboard) == self->content;

	forget(self);
	if (ours)
		gdk_clipboard_set_content(self->clipboard, NULL);
}

guint patd_secret_clipboard_get_left(PatdSecretClipboard *self)
{
	const gint64 left = self->content ? self->end - g_get_monotonic_time() : 0;

	/* Timers of whole seconds are early or late by parts of one. */
	return left > 0 ? (guint)((left + G_TIME_SPAN_SECOND / 2) / G_TIME_SPAN_SECOND) : 0;
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
	(void)id;
	(void)pspec;
	g_value_set_uint(value, patd_secret_clipboard_get_left(PATD_SECRET_CLIPBOARD(object)));
}

static void patd_secret_clipboard_finalize(GObject *object)
{
	PatdSecretClipboard *self = PATD_SECRET_CLIPBOARD(object);

	g_clear_handle_id(&self->timer, g_source_remove);
	g_clear_object(&self->content);
	G_OBJECT_CLASS(patd_secret_clipboard_parent_class)->finalize(object);
}

static void patd_secret_clipboard_class_init(PatdSecretClipboardClass *class)
{
	G_OBJECT_CLASS(class)->get_property = get_property;
	G_OBJECT_CLASS(class)->finalize = patd_secret_clipboard_finalize;
	properties[PROP_LEFT] = g_param_spec_uint("left", NULL, NULL, 0,
		PATD_SECRET_CLIPBOARD_SECONDS, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
	g_object_class_install_properties(G_OBJECT_CLASS(class), N_PROPS, properties);
}

static void patd_secret_clipboard_init(PatdSecretClipboard *self)
{
	(void)self;
}

PatdSecretClipboard *patd_secret_clipboard_get(GdkClipboard *clipboard)
{
	static const char key[] = "patd-secret-clipboard";
	PatdSecretClipboard *self = g_object_get_data(G_OBJECT(clipboard), key);
	GApplication *application = g_application_get_default();

	if (self)
		return self;
	self = g_object_new(PATD_TYPE_SECRET_CLIPBOARD, NULL);
	self->clipboard = clipboard;
	g_object_set_data_full(G_OBJECT(clipboard), key, self, g_object_unref);
	g_signal_connect_object(clipboard, "changed", G_CALLBACK(on_changed), self, 0);
	/* Before GTK asks a clipboard manager to keep what is there. */
	if (application)
		g_signal_connect_object(application, "shutdown",
			G_CALLBACK(patd_secret_clipboard_clear), self, G_CONNECT_SWAPPED);
	return self;
}
