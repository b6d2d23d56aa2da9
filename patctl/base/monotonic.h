/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clock that nobody sets, for how long something takes. */
#pragma once

#include <stdint.h>

/* Milliseconds since some moment before the process began. */
int64_t monotonic_ms(void);
