#include "patd/bus/pending_secrets.h"

void pending_secrets_add(
	struct pending_secrets *pending_secrets, dbus_uint32_t serial, const struct pat_id *id)
{
	unsigned int i = pending_secrets->next++ % HANDED_MAX;

	pending_secrets->replies[i].serial = serial;
	pending_secrets->replies[i].id = *id;
}

bool pending_secrets_take(
	struct pending_secrets *pending_secrets, dbus_uint32_t serial, struct pat_id *ret_id)
{
	for (unsigned int i = 0; serial != 0 && i < HANDED_MAX; i++)
		if (pending_secrets->replies[i].serial == serial) {
			*ret_id = pending_secrets->replies[i].id;
			pending_secrets->replies[i].serial = 0;
			return true;
		}
	return false;
}
