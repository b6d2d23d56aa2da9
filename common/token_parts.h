/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the parts of a token are; for the files that take tokens apart and put them together. */
#pragma once

#include <stddef.h>

#include "common/token_format.h"

#define PREFIX "pat_"
#define PREFIX_LEN (sizeof(PREFIX) - 1)
#define ID_AT PREFIX_LEN
#define SEPARATOR_AT (ID_AT + PAT_ID_LEN)
#define SECRET_AT (SEPARATOR_AT + 1)
#define CRC_AT (SECRET_AT + PAT_SECRET_LEN)

_Static_assert(CRC_AT + PAT_CRC_LEN == PAT_TOKEN_LEN, "the parts fill the token");

/* The 62 digits, least first, and a NUL. */
extern const char pat_base62[63];

/* The crc of the CRC_AT characters of text. */
void pat_crc_format(const char text[static CRC_AT], char out[static PAT_CRC_LEN]);
