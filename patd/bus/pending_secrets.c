#include "patd/bus/pending_secrets.h"

void handed_remember(struct handed *handed, dbus_uint32_t serial, const struct pat_id *id)
{
	unsigned int i = handed->next++ % HANDED_MAX;

	handed->replies[i].serial = serial;
	handed->replies[i].id = *id;
}

bool handed_take(struct handed *handed, dbus_uint32_t serial, struct pat_id *ret_id)
{
	for (unsigned int i = 0; serial != 0 && i < HANDED_MAX; i++)
		if (handed->replies[i].serial == serial) {
			*ret_id = handed->replies[i].id;
			handed->replies[i].serial = 0;
			return true;
		}
	return false;
}
