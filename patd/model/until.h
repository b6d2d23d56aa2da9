/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a token is bound to, as it is stored: one of the forms of common/until_kind.h. */
#pragma once

#include <stddef.h>

/*
 * Writes it to ret_until in its canonical spelling: the name of a unit without a suffix gets
 * ".service", as with systemctl(1).  Whether there is such a thing nobody looks.  NULL, or what is
 * wrong with it, for a person; static.
 */
const char *until_parse(const char *text, char *ret_until, size_t size);
