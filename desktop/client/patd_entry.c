/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry of the history, and how it is read. */
#include "desktop/client/patd_entry.h"

#include <string.h>

#include "desktop/client/fields.h"

struct _PatdEntry {
	GObject parent;
	PatdEntryInfo info;
};

G_DEFINE_FINAL_TYPE(PatdEntry, patd_entry, G_TYPE_OBJECT)

#define TEXT(key, member)                                                                          \
	{                                                                                          \
		key, PATD_FIELD_TEXT, G_STRUCT_OFFSET(PatdEntryInfo, member)                       \
	}
#define TIME(key, member)                                                                          \
	{                                                                                          \
		key, PATD_FIELD_TIME, G_STRUCT_OFFSET(PatdEntryInfo, member)                       \
	}
#define UINT(key, member)                                                                          \
	{                                                                                          \
		key, PATD_FIELD_UINT, G_STRUCT_OFFSET(PatdEntryInfo, member)                       \
	}
#define FLAG(key, member)                                                                          \
	{                                                                                          \
		key, PATD_FIELD_FLAG, G_STRUCT_OFFSET(PatdEntryInfo, member)                       \
	}

static const PatdField fields[] = {
	TIME("Seq", seq),
	TIME("At", at),
	TEXT("Event", event),
	TEXT("Token", token),
	TEXT("Name", name),
	TEXT("User", user),
	UINT("Uid", uid),
	UINT("ByUid", by_uid),
	TEXT("How", how),
	TEXT("Service", service),
	TEXT("From", from),
	TEXT("Tty", tty),
	TEXT("Result", result),
	FLAG("NewService", new_service),
	FLAG("NewNetwork", new_network),
	TEXT("Detail", detail),
	TEXT("Command", command),
	{ 0 },
};

PatdEntry *patd_entry_new(GVariant *properties)
{
	PatdEntry *entry = g_object_new(PATD_TYPE_ENTRY, NULL);

	(void)patd_fields_take(fields, &entry->info, properties);
	return entry;
}

const PatdEntryInfo *patd_entry_get_info(PatdEntry *entry)
{
	return &entry->info;
}

static void patd_entry_finalize(GObject *object)
{
	patd_fields_clear(fields, &PATD_ENTRY(object)->info);
	G_OBJECT_CLASS(patd_entry_parent_class)->finalize(object);
}

static void patd_entry_class_init(PatdEntryClass *class)
{
	G_OBJECT_CLASS(class)->finalize = patd_entry_finalize;
}

static void patd_entry_init(PatdEntry *entry)
{
	patd_fields_init(fields, &entry->info);
}

gboolean patd_entry_is_new_network(const PatdEntryInfo *entry)
{
	return entry->new_network && *entry->from != '\0' && strcmp(entry->from, "unknown") != 0;
}
