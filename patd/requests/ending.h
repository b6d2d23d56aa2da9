/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sessions that are to be ended, which patd-bus does: only it speaks to logind.  Where none is
 * there, systemd starts one.
 */
#pragma once

struct request_peer;
struct requests;
struct session;

/* Tells each patd-bus that follows, or has one started. */
void ending_send(struct requests *requests, const struct session *session);

/* Tells the one that begins to follow of all of them. */
void ending_send_all(struct request_peer *peer);
