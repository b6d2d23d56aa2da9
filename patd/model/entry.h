/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry of the history: what was done or tried with a token, when, and by whom. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/field.h"
#include "common/wire.h"
#include "patd/model/login_process.h"
#include "patd/model/token.h"

#define ENTRY_DETAIL_MAX PAT_NAME_BYTES_MAX /* the longest that it can be is a name */
#define ENTRY_MAC_LEN 32

/* The numbers of these and of enum pat_verdict are part of the database's format. */
enum entry_event {
	ENTRY_GENERATED,
	ENTRY_USED,
	ENTRY_REFUSED, /* after the secret matched; result says why */
	ENTRY_REVOKED, /* detail: the reason */
	ENTRY_SUSPENDED,
	ENTRY_RESTORED, /* without id and user: all of it, from a backup */
	ENTRY_ROTATED,  /* detail: "expires …", if that was changed */
	ENTRY_RENAMED,  /* detail: the name before */
	ENTRY_DELETED,
	ENTRY_DISABLED, /* all tokens of user, or of everybody if that is ""; detail: the reason */
	ENTRY_ENABLED,
	ENTRY_CHANGED,       /* detail: what, "expires …, services …"; of a note not the text */
	ENTRY_SESSION_ENDED, /* patd had it ended; detail: "session 7, pid 4711" */
	ENTRY_EVENTS
};

/* By which authority it was done. */
enum entry_how {
	ENTRY_PAM,   /* a login, asked for by by_uid */
	ENTRY_ROOT,  /* over root.sock; of versions before patd-bus also over the bus, as uid 0 */
	ENTRY_OWNER, /* over the bus, on the owner's own and free to do */
	ENTRY_PASSWORD, /* over the bus, after polkit said yes */
	ENTRY_PATD,     /* by itself, as patd.conf says; by_uid is 0 */
	ENTRY_BUS,      /* over the bus, as uid 0 */
	ENTRY_FLEET,    /* on another machine, which detail begins with; by_uid is 0 */
	ENTRY_HOWS
};

struct entry {
	uint64_t seq; /* 1, 2, 3 … without a gap */
	uint64_t at;  /* seconds UTC */
	enum entry_event event;
	struct pat_id id; /* "" where it is about no single token */
	char user[TOKEN_USER_BYTES_MAX + 1];
	uint32_t uid; /* of user; where id is "": 0 */
	char name[PAT_NAME_BYTES_MAX + 1];
	uint32_t by_uid;
	enum entry_how how;
	/* Of logins; else "" */
	char service[PAT_SERVICE_MAX + 1];
	char rhost[sizeof(((struct pat_request *)0)->rhost)];
	char tty[sizeof(((struct pat_request *)0)->tty)];
	enum pat_verdict result;       /* of ENTRY_USED and ENTRY_REFUSED, else 0 */
	bool new_service, new_network; /* the token was not used there before */
	uint64_t unrecorded;           /* how many of the same user's came too fast before this */
	char detail[ENTRY_DETAIL_MAX + 1];
	/* Of a use that needed an approval; else "" and false. */
	char command[PROCESS_COMMAND_MAX + 1]; /* see patd/model/login_process.h */
	char process[PROCESS_TEXT_MAX + 1];
	bool answered;              /* somebody approved or denied it, */
	uint32_t answered_by;       /* with that uid */
	uint8_t mac[ENTRY_MAC_LEN]; /* over all of it, and the MAC of the entry before */
};

/* Its columns, in the order of the MAC. */
extern const struct table entry_table;

/* What the history is sealed with: see patd/history/history.h. */
struct history_seal {
	uint64_t first,
		last; /* seq of the oldest entry kept, and of the newest; first > last: none */
	uint8_t before_first[ENTRY_MAC_LEN], at_last[ENTRY_MAC_LEN]; /* MACs of entries */
	uint8_t mac[ENTRY_MAC_LEN];                                  /* over all that */
};

/* The seal is one value of the database and has no columns: this is for its MAC. */
extern const struct table seal_table;

/* "generated", …; "pam", …  Static. */
const char *entry_event_text(enum entry_event event);
const char *entry_how_text(enum entry_how how);
