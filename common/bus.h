/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of patd on the D-Bus system bus.  The contract is in dbus/. */
#pragma once

#define PAT_BUS_NAME "org.patd.Tokens1"
#define PAT_BUS_PATH "/org/patd/Tokens1"
#define PAT_BUS_TOKEN_PATH PAT_BUS_PATH "/token" /* followed by "/" and the id */
#define PAT_BUS_MANAGER "org.patd.Tokens1.Manager"
#define PAT_BUS_TOKEN "org.patd.Tokens1.Token"

#define PAT_PAGE_MAX 256U /* tokens in one reply of ListTokens, at most */
