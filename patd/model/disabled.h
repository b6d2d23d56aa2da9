/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A user, or everybody, whose tokens an administrator has disabled. */
#pragma once

#include <stdint.h>

#include "patd/model/token.h"

struct disabled {
	char user[TOKEN_USER_BYTES_MAX + 1]; /* "": everybody */
	uint64_t at;
	uint32_t by_uid;
	char reason[TOKEN_REASON_MAX + 1]; /* "": none was given */
};

/* Called for each; a nonzero return ends the listing and is its result. */
typedef int (*disabled_fn)(const struct disabled *disabled, void *userdata);
