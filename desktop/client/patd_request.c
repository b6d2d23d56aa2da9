/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A use that waits for an approval, and how it is read. */
#include "desktop/client/patd_request.h"

#include "desktop/client/fields.h"

struct _PatdRequest {
	GObject parent;
	PatdRequestInfo info;
};

G_DEFINE_FINAL_TYPE(PatdRequest, patd_request, G_TYPE_OBJECT)

#define TEXT(key, member)                                                                          \
	{                                                                                          \
		key, PATD_FIELD_TEXT, G_STRUCT_OFFSET(PatdRequestInfo, member)                     \
	}
#define TIME(key, member)                                                                          \
	{                                                                                          \
		key, PATD_FIELD_TIME, G_STRUCT_OFFSET(PatdRequestInfo, member)                     \
	}
#define UINT(key, member)                                                                          \
	{                                                                                          \
		key, PATD_FIELD_UINT, G_STRUCT_OFFSET(PatdRequestInfo, member)                     \
	}

static const PatdField fields[] = {
	TEXT("Id", id),
	TEXT("Token", token),
	TEXT("Name", name),
	TEXT("User", user),
	UINT("Uid", uid),
	TEXT("Service", service),
	TEXT("From", from),
	TEXT("Tty", tty),
	TEXT("Command", command),
	TEXT("Directory", directory),
	UINT("Pid", pid),
	UINT("StartedByUid", started_by_uid),
	TEXT("Parent", parent),
	UINT("ParentPid", parent_pid),
	TIME("At", at),
	TIME("Until", until),
	{ 0 },
};

PatdRequest *patd_request_new(GVariant *properties)
{
	g_autoptr(PatdRequest) request = g_object_new(PATD_TYPE_REQUEST, NULL);

	(void)patd_fields_take(fields, &request->info, properties);
	return *request->info.id != '\0' ? g_steal_pointer(&request) : NULL;
}

const PatdRequestInfo *patd_request_get_info(PatdRequest *request)
{
	return &request->info;
}

static void patd_request_finalize(GObject *object)
{
	patd_fields_clear(fields, &PATD_REQUEST(object)->info);
	G_OBJECT_CLASS(patd_request_parent_class)->finalize(object);
}

static void patd_request_class_init(PatdRequestClass *class)
{
	G_OBJECT_CLASS(class)->finalize = patd_request_finalize;
}

static void patd_request_init(PatdRequest *request)
{
	patd_fields_init(fields, &request->info);
}
