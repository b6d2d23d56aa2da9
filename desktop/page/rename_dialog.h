/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks for another name of a token, and has it renamed. */
#pragma once

#include <gtk/gtk.h>

#include "desktop/client/patd_token.h"
#include "desktop/client/service.h"

void patd_rename_dialog_present(GtkWindow *parent, PatdService *service, PatdToken *token);
