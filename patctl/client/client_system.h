/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The calls that doctor makes on the system bus: to the bus itself, to polkit and systemd, and to
 * patd about its clock.  For what all calls promise see client.h.
 */
#pragma once

#include "patctl/client/client.h"

/* The uid of the owner of patd's name. */
bool client_owner(struct client *client, uint32_t *ret, DBusError *error);

/* Whether the bus would start patd. */
bool client_activatable(struct client *client, bool *ret, DBusError *error);

/* The ids of all actions that polkit knows; the caller frees them with names_free(). */
bool client_actions(struct client *client, char ***ret, DBusError *error);

/* When systemd last saw patd start, stop or reload: microseconds since 1970 UTC. */
bool client_changed(struct client *client, uint64_t *ret, DBusError *error);

/* The time that patd goes by: seconds since 1970 UTC. */
bool client_now(struct client *client, uint64_t *ret, DBusError *error);
