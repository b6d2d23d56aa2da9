/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests as they come from a connection. */
#pragma once

#include "patd/requests/request_peer.h"
#include "protocol/request.h"

/*
 * Takes the next packet that the peer has sent, one a turn of the loop: what is received and what
 * is served have their turns by turns, and with more of the first the queue would grow, and who
 * asked in time be refused.
 */
void receive_next(struct request_peer *peer);

/* Takes one packet of its. */
void receive_packet(struct request_peer *peer, const struct request *packet, size_t len);
