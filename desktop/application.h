/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The application org.patd.Desktop: one process a session, which the desktop starts in the
 * background (--gapplication-service) for notifications, and which opens its window when activated.
 */
#pragma once

#include <adwaita.h>

#define PATD_APPLICATION_ID "org.patd.Desktop"

#define PATD_TYPE_APPLICATION (patd_application_get_type())
G_DECLARE_FINAL_TYPE(PatdApplication, patd_application, PATD, APPLICATION, AdwApplication)

PatdApplication *patd_application_new(void);
