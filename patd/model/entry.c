#include "patd/model/entry.h"

static const char *const events[ENTRY_EVENTS] = {
	[ENTRY_GENERATED] = "generated",
	[ENTRY_USED] = "used",
	[ENTRY_REFUSED] = "refused",
	[ENTRY_REVOKED] = "revoked",
	[ENTRY_SUSPENDED] = "suspended",
	[ENTRY_RESTORED] = "restored",
	[ENTRY_ROTATED] = "rotated",
	[ENTRY_RENAMED] = "renamed",
	[ENTRY_DELETED] = "deleted",
	[ENTRY_DISABLED] = "disabled",
	[ENTRY_ENABLED] = "enabled",
};

static const char *const hows[ENTRY_HOWS] = {
	[ENTRY_PAM] = "pam",
	[ENTRY_ROOT] = "root",
	[ENTRY_OWNER] = "owner",
	[ENTRY_PASSWORD] = "password",
	[ENTRY_PATD] = "patd",
};

const char *entry_event_text(enum entry_event event)
{
	return events[event];
}

const char *entry_how_text(enum entry_how how)
{
	return hows[how];
}
