/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks why and for how long a token is to be revoked, and has it revoked. */
#pragma once

#include <gtk/gtk.h>

#include "desktop/client/patd_token.h"
#include "desktop/client/service.h"

void patd_revoke_dialog_present(GtkWindow *parent, PatdService *service, PatdToken *token);
