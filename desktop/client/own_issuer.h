/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which fleet tokens this machine has issued. */
#pragma once

#include <glib.h>

/* Of aa{sv} as GetPolicy returns them: the name of this machine as an issuer, "" if it is none. */
char *patd_own_issuer_read(GVariant *settings);
