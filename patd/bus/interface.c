/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces and their members, found by name. */
#include "patd/bus/interface.h"

#include <string.h>

const struct bus_interface *bus_object_interface(const struct bus_object *object, const char *name)
{
	for (const struct bus_interface *const *i = object->interfaces; *i; i++)
		if (strcmp((*i)->name, name) == 0)
			return *i;
	return NULL;
}

const struct bus_method *bus_interface_method(
	const struct bus_interface *interface, const char *name)
{
	for (const struct bus_method *const *table = interface->methods; table && *table; table++)
		for (const struct bus_method *m = *table; m->name; m++)
			if (strcmp(m->name, name) == 0)
				return m;
	return NULL;
}

const struct bus_property *bus_interface_property(
	const struct bus_interface *interface, const char *name)
{
	if (!interface->properties)
		return NULL;
	for (const struct bus_property *p = interface->properties(); p->name; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}
