/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What went wrong with a call to patd, as the page must know it, and in words for people. */
#pragma once

#include <gio/gio.h>

typedef enum {
	PATD_FAILED,  /* everything else; the message of patd says what */
	PATD_OFFLINE, /* no bus, no patd, or it ended meanwhile: nobody knows whether it is done */
	PATD_REFUSED, /* polkit said no, a person did, or no agent runs that would ask one */
	PATD_NO_DIALOG, /* polkit would ask, but the call did not allow a dialog */
	PATD_NAME_TAKEN,
	PATD_INVALID_NAME,
	PATD_INVALID_EXPIRY,
	PATD_INVALID_RESTRICTION,
	PATD_AGAINST_POLICY,
	PATD_GONE,      /* no such token or request any more */
	PATD_CANCELLED, /* by the page itself: nothing to say */
} PatdErrorKind;

PatdErrorKind patd_error_kind(const GError *error);

/* A sentence for a toast or a page, translated; what to do where something can be done.  Owned by
 * the caller. */
char *patd_error_text(const GError *error);
