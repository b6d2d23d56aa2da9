/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The decider of patd: the rules of patd/tokens, whose verdicts all come at once. */
#pragma once

#include "patd/login/server.h"
#include "patd/tokens/tokens.h"

/* tokens must outlive it. */
struct decider token_decider(struct tokens *tokens);
