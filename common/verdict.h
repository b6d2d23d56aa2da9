/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verdicts of a verification: one row for each, which patd, pam_pat and patctl share.
 *
 * The numbers are part of the wire format (common/wire.h) and of the database's format: they never
 * change, and a new verdict takes the next one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Zero is a refusal. */
enum pat_verdict {
	PAT_WRONG = 0, /* unknown id, or the secret does not match: the reply has nothing more */
	PAT_ACCEPTED = 1,
	/* The secret matched, and the token is refused: */
	PAT_REVOKED = 2,
	PAT_EXPIRED = 3,
	PAT_OTHER_USER = 4, /* bound to another uid or another user name */
	/* Whatever the token: */
	PAT_NOT_ALLOWED = 5, /* not this caller, or not this service */
	PAT_BUSY = 6,        /* the caller exceeds its rate limit */
	PAT_FAILED = 7,      /* patd could not decide; its log says why */
	/* The secret matched, and the token is refused: */
	PAT_NOT_YET = 8,         /* before its not_before */
	PAT_OUT_OF_HOURS = 9,    /* outside its hours */
	PAT_WRONG_SERVICE = 10,  /* it is not for this service */
	PAT_WRONG_SOURCE = 11,   /* it is not for logins from this source */
	PAT_EXHAUSTED = 12,      /* no uses are left */
	PAT_ROTATED = 13,        /* this secret was replaced by another */
	PAT_DISABLED = 14,       /* the user's tokens are disabled, or all are */
	PAT_AGAINST_POLICY = 15, /* patd.conf forbids it */
	PAT_ACCOUNT_CLOSED = 16, /* the account has expired, or is locked where that counts */
	PAT_WRONG_CLOCK = 17,    /* it has hours, and the machine's clock is in doubt */
	PAT_DENIED = 18,         /* its owner or an administrator denied this use */
	PAT_UNCONFIRMED = 19,    /* nobody approved this use, or nobody can be asked */
	/* Not the last word: somebody is asked to approve this use; see common/wire.h. */
	PAT_ASKED = 20,
	/* The token is refused: what it was bound to has ended; see common/until_kind.h. */
	PAT_ENDED = 21,
	/* A fleet token is refused: see doc/fleet.md. */
	PAT_WRONG_HOST = 22,     /* it is not for this machine */
	PAT_STALE = 23,          /* what is known of its issuer is too old, or not all */
	PAT_UNKNOWN_ISSUER = 24, /* its issuer is not trusted here */
	/* A use was not counted: the hub, which all machines count at, cannot be reached. */
	PAT_UNCLAIMED = 25,
	PAT_VERDICTS
};

/*
 * What polkit authenticates people as, by PAM: PAT_NOT_ALLOWED, whatever the token.  A thief could
 * make another there that outlives it.
 */
#define PAT_POLKIT_SERVICE "polkit-1"

/*
 * Services that ask on a terminal of the console, and other programs ask by the same name: telnet
 * servers run login on a pseudo terminal, JupyterHub asks as login with none, and gdm has none for
 * a remote desktop.  Their logins are local on a terminal of the console alone.
 */
#define PAT_CONSOLE_SERVICES "gdm*,login"

/* Strings are static. */
struct verdict {
	const char *word;     /* for logs, JSON and the bus: "accepted"; part of the contract */
	int priority;         /* of its line in the log, see syslog(3) */
	bool undecided;       /* the token was not refused: it may be tried again */
	const char *notice;   /* the message to the person who logs in; NULL: none */
	const char *sentence; /* printed by `patctl check`; NULL: never */
};

/* Never NULL: a number that is no verdict has the row of one that is undecided and "unknown". */
const struct verdict *verdict_row(uint32_t verdict);

/* The row of that word; NULL if there is none. */
const struct verdict *verdict_from_word(const char *word);

/* verdict_row()'s word. */
const char *verdict_word(uint32_t verdict);
