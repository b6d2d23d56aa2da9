#include "patd/token.h"

static const char *const texts[TOKEN_STATES] = {
	[TOKEN_ACTIVE] = "active",
	[TOKEN_REVOKED] = "revoked",
	[TOKEN_EXPIRED] = "expired",
	[TOKEN_ALTERED] = "altered",
};

const char *token_state_text(enum token_state state)
{
	return texts[state];
}
