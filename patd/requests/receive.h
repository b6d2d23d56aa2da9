/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests as they come from a connection. */
#pragma once

#include "patd/requests/request_peer.h"
#include "protocol/request.h"

/* Takes what the peer has sent. */
void receive_all(struct request_peer *peer);

/* Takes one packet of its. */
void receive_packet(struct request_peer *peer, const struct request *packet, size_t len);
