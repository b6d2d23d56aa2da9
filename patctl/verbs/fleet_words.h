/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What patctl fleet takes as its operand. */
#pragma once

/* NULL after the last. */
extern const char *const fleet_words[];
