/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of what the person was notified of. */
#include "desktop/notify/seen.h"

#define HISTORY "History"
#define LAST_ENTRY "LastEntry"
#define EXPIRIES "Expiries"

struct PatdSeen {
	char *path;
	GKeyFile *file;
	gboolean differs;
};

PatdSeen *patd_seen_load(const char *path)
{
	PatdSeen *seen = g_new0(PatdSeen, 1);

	seen->path = g_strdup(path);
	seen->file = g_key_file_new();
	(void)g_key_file_load_from_file(seen->file, path, G_KEY_FILE_NONE, NULL);
	return seen;
}

void patd_seen_free(PatdSeen *seen)
{
	g_key_file_unref(seen->file);
	g_free(seen->path);
	g_free(seen);
}

gboolean patd_seen_get_entry(PatdSeen *seen, guint64 *ret_seq)
{
	g_autoptr(GError) error = NULL;
	const guint64 seq = g_key_file_get_uint64(seen->file, HISTORY, LAST_ENTRY, &error);

	if (error)
		return FALSE;
	*ret_seq = seq;
	return TRUE;
}

void patd_seen_set_entry(PatdSeen *seen, guint64 seq)
{
	guint64 former;

	if (patd_seen_get_entry(seen, &former) && former == seq)
		return;
	g_key_file_set_uint64(seen->file, HISTORY, LAST_ENTRY, seq);
	seen->differs = TRUE;
}

gboolean patd_seen_add_expiry(PatdSeen *seen, const char *token, guint64 expires_at)
{
	if (g_key_file_get_uint64(seen->file, EXPIRIES, token, NULL) == expires_at)
		return FALSE;
	g_key_file_set_uint64(seen->file, EXPIRIES, token, expires_at);
	seen->differs = TRUE;
	return TRUE;
}

void patd_seen_prune(PatdSeen *seen, guint64 now)
{
	g_auto(GStrv) tokens = g_key_file_get_keys(seen->file, EXPIRIES, NULL, NULL);

	for (char **token = tokens; token && *token; token++) {
		if (g_key_file_get_uint64(seen->file, EXPIRIES, *token, NULL) >= now)
			continue;
		(void)g_key_file_remove_key(seen->file, EXPIRIES, *token, NULL);
		seen->differs = TRUE;
	}
}

void patd_seen_save(PatdSeen *seen)
{
	g_autofree char *folder = g_path_get_dirname(seen->path);
	g_autoptr(GError) error = NULL;

	if (!seen->differs)
		return;
	(void)g_mkdir_with_parents(folder, 0700);
	if (!g_key_file_save_to_file(seen->file, seen->path, &error)) {
		g_warning("%s", error->message);
		return;
	}
	seen->differs = FALSE;
}
