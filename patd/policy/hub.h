/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How patd-fleet connects to the hub: a connection string of libpq, of keywords and values, as
 *
 *     host=db.example.org dbname=fleet user=web1 sslmode=verify-full
 *
 * See "Keyword/Value Connection Strings" in the manual of PostgreSQL.
 */
#pragma once

#include <stddef.h>

/*
 * Copies the text to ret_hub.  NULL, or what is wrong with it, for a person; static.  It says which
 * host, and either that the hub's certificate is verified, or the folder of a Unix socket.  What
 * patd.conf is no place for, or would take the connection elsewhere, is refused: a password, a
 * service, an address beside the host, a keyword twice.  All other keywords are libpq's to judge.
 */
const char *hub_parse(const char *text, char *ret_hub, size_t size);
