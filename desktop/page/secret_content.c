/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes a secret to who pastes it. */
#include "desktop/page/secret_content.h"

#include <string.h>

struct _PatdSecretContent {
	GdkContentProvider parent_instance;

	PatdSecret *secret;
};

G_DEFINE_FINAL_TYPE(PatdSecretContent, patd_secret_content, GDK_TYPE_CONTENT_PROVIDER)

/* KeePassXC and other password managers set this, and Klipper, CopyQ and others heed it. */
static const char hint_type[] = "x-kde-passwordManagerHint";
static const char hint[] = "secret";

static const char *const text_types[] = { "text/plain;charset=utf-8", "text/plain" };

static GdkContentFormats *ref_formats(GdkContentProvider *provider)
{
	GdkContentFormatsBuilder *builder = gdk_content_formats_builder_new();

	(void)provider;
	for (guint i = 0; i < G_N_ELEMENTS(text_types); i++)
		gdk_content_formats_builder_add_mime_type(builder, text_types[i]);
	gdk_content_formats_builder_add_mime_type(builder, hint_type);
	return gdk_content_formats_builder_free_to_formats(builder);
}

/* Nothing is for a clipboard manager to keep when the application ends. */
static GdkContentFormats *ref_storable_formats(GdkContentProvider *provider)
{
	(void)provider;
	return gdk_content_formats_new(NULL, 0);
}

static void on_written(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(GTask) task = data;
	GError *error = NULL;

	if (g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, &error))
		g_task_return_boolean(task, TRUE);
	else
		g_task_return_error(task, error);
}

static void write_async(GdkContentProvider *provider, const char *mime_type, GOutputStream *stream,
	int priority, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
	PatdSecretContent *self = PATD_SECRET_CONTENT(provider);
	g_autoptr(GTask) task = g_task_new(self, cancellable, callback, data);
	const char *text =
		g_str_equal(mime_type, hint_type) ? hint : patd_secret_get_text(self->secret);

	g_task_set_priority(task, priority);
	/* The task's source keeps the text. */
	g_output_stream_write_all_async(
		stream, text, strlen(text), priority, cancellable, on_written, g_object_ref(task));
}

static gboolean write_finish(GdkContentProvider *provider, GAsyncResult *result, GError **error)
{
	(void)provider;
	return g_task_propagate_boolean(G_TASK(result), error);
}

static void patd_secret_content_finalize(GObject *object)
{
	PatdSecretContent *self = PATD_SECRET_CONTENT(object);

	g_clear_pointer(&self->secret, patd_secret_unref);
	G_OBJECT_CLASS(patd_secret_content_parent_class)->finalize(object);
}

static void patd_secret_content_class_init(PatdSecretContentClass *class)
{
	GdkContentProviderClass *provider_class = GDK_CONTENT_PROVIDER_CLASS(class);

	G_OBJECT_CLASS(class)->finalize = patd_secret_content_finalize;
	provider_class->ref_formats = ref_formats;
	provider_class->ref_storable_formats = ref_storable_formats;
	provider_class->write_mime_type_async = write_async;
	provider_class->write_mime_type_finish = write_finish;
}

static void patd_secret_content_init(PatdSecretContent *self)
{
	(void)self;
}

GdkContentProvider *patd_secret_content_new(PatdSecret *secret)
{
	PatdSecretContent *self = g_object_new(PATD_TYPE_SECRET_CONTENT, NULL);

	self->secret = patd_secret_ref(secret);
	return GDK_CONTENT_PROVIDER(self);
}
