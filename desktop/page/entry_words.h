/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry of the history of a token, in words and as an icon. */
#pragma once

#include "desktop/client/patd_history.h"

/* "Used by sudo", "Refused (expired) by sshd from 192.0.2.7".  Owned by the caller. */
char *patd_entry_sentence(const PatdEntryInfo *entry);

/* When it was, who did it and what else is known.  Owned by the caller. */
char *patd_entry_detail(const PatdEntryInfo *entry);

/* The name of an icon that GTK itself has; static. */
const char *patd_entry_icon(const PatdEntryInfo *entry);
