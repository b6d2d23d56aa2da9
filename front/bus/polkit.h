/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Questions to polkit about a call.  Only that call waits for the answer; every answer but a plain
 * yes is a refusal.  One question a call.
 */
#pragma once

#include "front/bus/call.h"

/*
 * patd refused call->request.  If the caller lacks only an action, asks polkit for it, and on a yes
 * continues with call->resume, or if that is NULL asks patd again; else ends the call.
 */
void polkit_refuse(struct call *call, const struct link_answer *answer);

/*
 * Continues with then() if the caller has what the operation takes, on its own or on others', or
 * when polkit has granted it.  For calls that must not wait for NSS before; patd decides again.
 */
void polkit_require(
	struct call *call, enum operation operation, bool own, void (*then)(struct call *call));
