/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When tokens expire.  Times are seconds since 1970 UTC; 0 stands for "never". */
#pragma once

#include <stdint.h>

#define PAT_NEVER UINT64_C(0)
#define PAT_EXPIRES_MAX UINT64_C(253402300799)          /* 9999-12-31 23:59:59 */
#define PAT_LIFETIME_DEFAULT (UINT64_C(30) * 24 * 3600) /* seconds */
