/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a new token is to be: name, expiration and restrictions. */
#pragma once

#include "desktop/client/service.h"
#include "desktop/page/secret_form.h"

/* Floating. */
PatdSecretForm *patd_generate_form_new(PatdService *service);
