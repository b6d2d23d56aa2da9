/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A secret as the content of a clipboard: text, written from the secret's own memory to whoever
 * pastes it, beside a hint by which clipboard managers know not to keep it.
 */
#pragma once

#include <gdk/gdk.h>

#include "desktop/client/patd_secret.h"

#define PATD_TYPE_SECRET_CONTENT (patd_secret_content_get_type())
G_DECLARE_FINAL_TYPE(
	PatdSecretContent, patd_secret_content, PATD, SECRET_CONTENT, GdkContentProvider)

/* Keeps a reference to the secret until it is freed. */
GdkContentProvider *patd_secret_content_new(PatdSecret *secret);
