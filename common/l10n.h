/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Translation of what people read.
 *
 * By dgettext(), which names the domain at each call: a PAM module must not change the text
 * domain, nor the locale, of the program that loaded it.
 */
#pragma once

#include <libintl.h>

#define PAT_DOMAIN "patd"

#define _(text) dgettext(PAT_DOMAIN, text)
#define P_(one, many, n) dngettext(PAT_DOMAIN, one, many, n)
#define N_(text) text /* for tables: translated where it is shown */
