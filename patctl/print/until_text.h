/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a token is bound to, in words; see common/until_kind.h.  The caller owns the texts. */
#pragma once

/* "when unit ci.service stops"; a form that this patctl does not know as it is. */
char *until_text(const char *until);

/* Of one that has ended: "it was bound to unit ci.service, …".  NULL for an unknown form. */
char *until_ended_text(const char *until);
