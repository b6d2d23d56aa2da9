/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Questions to polkit about a call.  Only that call waits for the answer; every answer but a plain
 * yes is a refusal.
 */
#pragma once

#include "patd/bus/call.h"

/*
 * Ends the call with call->refusal; or, if the caller lacks only an action, asks polkit for it, and
 * on a yes continues with call->resume, or with the handler of the method if that is NULL.
 *
 * token and user: what the call is about, for the dialog and for polkit's rules; "": not known.  A
 * call of a token's object is about that token, named only if the caller may see it.
 */
void polkit_refuse(struct call *call, enum pat_error error, const char *token, const char *user);

/* The same about the user; but with PAT_OK an empty reply. */
void polkit_end(struct call *call, enum pat_error error, const char *user);
