/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checks of patctl doctor, one function each, and their findings. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "patctl/base/sysroot.h"
#include "patctl/client/client.h"

enum level {
	LEVEL_OK,
	LEVEL_UNSEEN, /* it could not be examined */
	LEVEL_WARNING,
	LEVEL_PROBLEM,
	LEVELS
};

struct finding {
	enum level level;
	const char *check; /* static: "socket" */
	char *advice;      /* owned, NULL for none */
	char *text;        /* owned */
	char **services;   /* owned, NULL at the end: the PAM services that it is about */
	size_t n;
};

/* In the order in which they were found. */
struct findings {
	struct finding *items;
	size_t n;
};

struct doctor {
	const struct sysroot *root;
	struct client *client; /* asks patd; NULL: it cannot be asked, or does not answer */
	struct client *bus;    /* asks the bus, in a limited time; NULL: there is none */
	bool is_root;          /* client asks over root.sock */
	bool quiet;            /* no bars */
	bool asleep;           /* a call would start patd, and with it a socket that is missing */
	struct findings findings;
	struct records settings; /* of patd.conf, in force, if */
	bool has_settings;
	json_t *services; /* the results of the trials of each PAM service, for programs */
};

/* advice: NULL for none.  check must be static. */
void found(struct doctor *doctor, enum level level, const char *check, const char *advice,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same about a PAM service.  Equal findings of several services become one. */
void found_in(struct doctor *doctor, const char *service, enum level level, const char *advice,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The worst; LEVEL_OK if there are none. */
enum level findings_worst(const struct findings *findings);

/* Leaves out what is better than least. */
void findings_keep(struct findings *findings, enum level least);

/* A line each on standard output; with quiet only warnings and problems. */
void findings_print(const struct findings *findings, bool quiet);

/* An array; the caller owns it. */
json_t *findings_json(const struct findings *findings);

void findings_clear(struct findings *findings);

/*
 * Of the running machine, never of an image.  The sockets come first: a call to patd can start one
 * that is missing.
 */
void doctor_daemon(struct doctor *doctor);
void doctor_users(struct doctor *doctor);
void doctor_name(struct doctor *doctor);
void doctor_polkit(struct doctor *doctor);
void doctor_polkit_agent(struct doctor *doctor);
void doctor_policy(struct doctor *doctor);
void doctor_sockets(struct doctor *doctor);
void doctor_clock(struct doctor *doctor);
void doctor_time(struct doctor *doctor);
void doctor_history_break(struct doctor *doctor);
void doctor_history(struct doctor *doctor);
void doctor_accounts(struct doctor *doctor);
void doctor_fleet(struct doctor *doctor);

/* The users of the two processes. */
#define DOCTOR_PATD "patd"
#define DOCTOR_FRONT "patd-bus"
#define DOCTOR_USER_LIMIT 1000 /* milliseconds for NSS to find one */

#define DOCTOR_PERMISSIONS 07777U /* the bits of st_mode that are not its type */
#define DOCTOR_DATABASE PAT_STATE_DIR "/patd.db"

/* False, after a finding, if patd's folder cannot be read.  check: the name of the finding. */
bool doctor_state_dir(struct doctor *doctor, const char *check, struct stat *ret);

/*
 * Of users with tokens, as has_tokens() says: whether the ageing of their passwords, or
 * pam_faillock, refuses logins that patd would accept.
 */
void doctor_ageing(struct doctor *doctor,
	bool (*has_tokens)(const char *user, const void *userdata), const void *userdata);
void doctor_faillock(struct doctor *doctor);

/* Whether sudo asks for nothing yet, although the token was revoked by which the user came in. */
void doctor_sudo(struct doctor *doctor, const struct token_row *token);

/* Whether sudo would let the next commands pass after one that was approved. */
void doctor_sudo_approvals(struct doctor *doctor, const struct token_row *token);

/* Of files. */
void doctor_units(struct doctor *doctor);
void doctor_key(struct doctor *doctor);
void doctor_database(struct doctor *doctor);
void doctor_pam(struct doctor *doctor);
