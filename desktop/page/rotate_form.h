/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the secret of a token is replaced by a new one. */
#pragma once

#include "desktop/client/patd_token.h"
#include "desktop/client/service.h"
#include "desktop/page/secret_form.h"

/* Floating. */
PatdSecretForm *patd_rotate_form_new(PatdService *service, PatdToken *token);
