/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Why a request was refused: one list for the rules that refuse, the bus that carries the
 * refusal as a D-Bus error, and the client that turns it into an exit code.
 */
#pragma once

enum pat_error {
	PAT_OK = 0,
	PAT_ERR_INVALID_NAME,   /* see common/name.h */
	PAT_ERR_NAME_TAKEN,     /* the user has a token of that name */
	PAT_ERR_INVALID_EXPIRY, /* in the past, or beyond the year 9999 */
	PAT_ERR_UNKNOWN_USER,
	PAT_ERR_NOT_FOUND,      /* no such token, or none that the caller may see */
	PAT_ERR_NOT_REVOKED,    /* only a revoked token can be restored or deleted */
	PAT_ERR_EXPIRED,        /* what has expired or ended cannot be restored or rotated */
	PAT_ERR_NOT_ACTIVE,     /* only a token that works can be rotated */
	PAT_ERR_NOT_RESTORABLE, /* a compromised token is never restored */
	PAT_ERR_INVALID_RESTRICTION,
	PAT_ERR_AGAINST_POLICY, /* a limit of patd.conf, as GetPolicy shows it, does not allow it */
	PAT_ERR_DISABLED,       /* the user's tokens are disabled, or all are */
	PAT_ERR_NOT_ISSUER,     /* only the issuer of a fleet token does that, another machine */
	PAT_ERR_DENIED,
	PAT_ERR_INTERACTIVE,  /* allowed after a dialog, for which the caller did not ask */
	PAT_ERR_INVALID_ARGS, /* wrong types, unknown or contradicting options */
	PAT_ERR_BUSY,         /* too much under way at once, or too many changes */
	PAT_ERR_STORAGE,      /* the database failed; nothing was changed */
	PAT_ERR_NO_MEMORY,
	PAT_ERRORS
};

/* The D-Bus error name, static.  NULL for PAT_OK. */
const char *pat_error_name(enum pat_error error);

/* The error of that D-Bus name, PAT_OK if it is none of ours. */
enum pat_error pat_error_from_name(const char *name);
