/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What patd tells unasked, read, and handed to the listener that it is for. */
#pragma once

#include "front/link/link.h"
#include "protocol/answer.h"

/* len: of the body.  row: memory for a token.  False: the body is not what its kind says. */
bool unasked_tell(const struct link_listener *listener, const struct answer *answer, size_t len,
	struct token_row *row);
