/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Turns of the loop, each of which serves one request, or a slice of it.  Root's and those of
 * patd-bus alternate, then connections, then lanes, then uids.
 */
#pragma once

#include <stdint.h>
#include <systemd/sd-event.h>

struct request_peer;
struct requests;

/* Opens the sources for them.  0, or sd-event's error. */
int turns_begin(struct requests *requests);

/* Something may have become servable, or a connection failed. */
void turns_want(struct requests *requests);

/* Ends what is under way on the connection, and closes it. */
void turns_close(struct request_peer *peer);

/* Microseconds of CLOCK_MONOTONIC. */
uint64_t turns_now_us(void);
