/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of a token as a word, an icon and a colour. */
#pragma once

#include <gtk/gtk.h>

#include "desktop/client/patd_token.h"

/* "Active", translated; static. */
const char *patd_state_word(PatdState state);

/* Gives the label the word of the state, and its colour in a pill. */
void patd_state_pill_set(GtkLabel *pill, PatdState state);

/* Gives the image the icon of the state, in its colour. */
void patd_state_icon_set(GtkImage *icon, PatdState state);
