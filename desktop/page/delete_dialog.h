/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks whether a token is to be deleted, and has it deleted. */
#pragma once

#include <gtk/gtk.h>

#include "desktop/client/patd_token.h"
#include "desktop/client/service.h"

void patd_delete_dialog_present(GtkWindow *parent, PatdService *service, PatdToken *token);
