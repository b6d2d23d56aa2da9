/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SQL for whoever administers the hub. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* fleet/hub.sql, as it was when this was built. */
extern const char hub_sql[];

/* Print it; what makes the role of a host, whose name is valid; what removes it.  0, or -EIO. */
int hub_sql_init(FILE *file);
int hub_sql_add_host(FILE *file, const char *host, bool issuer);
int hub_sql_remove_host(FILE *file, const char *host);

/* Whether that can be the name of a host or an issuer, and so of its role. */
bool hub_sql_host_valid(const char *host);
