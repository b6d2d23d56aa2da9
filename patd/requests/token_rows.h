/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows of protocol/rows.h, filled from what patd keeps. */
#pragma once

#include "patd/tokens/tokens.h"
#include "protocol/rows.h"

/* The token as of now and under the policy. */
void token_row_fill(struct tokens *tokens, const struct token *token, struct token_row *ret_row);

void entry_row_fill(const struct entry *entry, struct entry_row *ret_row);
void disabled_row_fill(const struct disabled *disabled, struct disabled_row *ret_row);
void source_row_fill(const struct entry *entry, struct source_row *ret_row);
void session_row_fill(const struct session *session, struct session_row *ret_row);
void setting_row_fill(const struct policy_line *line, struct setting_row *ret_row);
