/*
 * Questions to polkit about a call.  Nothing waits for the answer but that call; whatever is not
 * a plain yes is a refusal.
 */
#ifndef PATD_BUS_POLKIT_H
#define PATD_BUS_POLKIT_H

#include "patd/bus/call.h"

/*
 * Ends the call with the refusal, or, if an action is all that the caller lacks, asks polkit
 * about that and on a yes serves the call again from its beginning.
 *
 * token and user: what it is about, for the dialog and for polkit's rules; "" if nobody can say.
 */
void polkit_refuse(struct call *call, enum pat_error error, const struct refusal *refusal,
	const char *token, const char *user);

#endif
