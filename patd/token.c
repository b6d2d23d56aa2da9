#include "patd/token.h"

static const char *const texts[TOKEN_STATES] = {
	[TOKEN_ACTIVE] = "active",
	[TOKEN_REVOKED] = "revoked",
	[TOKEN_EXPIRED] = "expired",
	[TOKEN_EXHAUSTED] = "exhausted",
	[TOKEN_DISABLED] = "disabled",
	[TOKEN_PENDING] = "pending",
	[TOKEN_ALTERED] = "altered",
};

const char *token_state_text(enum token_state state)
{
	return texts[state];
}
