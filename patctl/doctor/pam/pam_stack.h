/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The stacks of a PAM service as libpam makes them from its files: included lines stand in place,
 * and a line that libpam does not understand fails.  After libpam/pam_handlers.c of Linux-PAM 1.5
 * and 1.7, and after Debian's where it differs.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "patctl/base/pam_services.h"
#include "patctl/base/sysroot.h"
#include "patctl/doctor/pam/pam_line.h"

#define PAM_PAT "pam_pat.so"
#define PAM_OTHER "other" /* the service of all types that a service does not have */

enum stack_type {
	STACK_AUTH,
	STACK_ACCOUNT,
	STACK_SESSION,
	STACK_PASSWORD,
	STACK_TYPES
};

#define STACK_LEVELS 16U /* of files in files, and so of substacks */

struct stack_line {
	char *file;                /* "/etc/pam.d/common-auth" */
	unsigned int number, last; /* the line in it; of one that goes on, its first and last */
	unsigned int level;        /* of substacks: 0 outside of them */
	bool substack;             /* only marks that one begins after it */
	char *module;              /* as it is written; NULL: libpam has the line fail */
	bool missing;              /* there is no such module */
	char *arguments;           /* "" for none */
	int actions[PAM_CODES];
};

struct stack {
	struct stack_line *lines;
	size_t n;
};

struct service {
	struct stack stacks[STACK_TYPES];
	char *broken; /* why libpam refuses the service, whatever is asked; NULL: it does not */
};

/*
 * Debian's libpam knows "@include", looks for included files in PAM_DIR alone (before 1.7.0-6), and
 * handles setcred in its own way.
 */
bool pam_is_debian(const struct sysroot *root);

/*
 * The stacks of the file name alone, without those of PAM_OTHER.  0, or a negative errno: -ENOENT
 * if there is none, or why it, or a file that it includes, cannot be read.
 */
int service_read(const struct sysroot *root, bool debian, const char *name, struct service *ret);

void service_clear(struct service *service);
#define cleanup_service __attribute__((cleanup(service_clear)))

/* The stack of that type that libpam runs for the service; fallback: of PAM_OTHER. */
const struct stack *stack_in_force(
	const struct service *service, const struct service *fallback, enum stack_type type);

/* Whether line is of the module of that name, "pam_unix.so", wherever it is. */
bool stack_line_is(const struct stack_line *line, const char *module);

/* Whether one of its arguments is argument. */
bool stack_line_has(const struct stack_line *line, const char *argument);

/* "/etc/pam.d/common-auth:25 (pam_deny.so)"; the caller owns it. */
char *stack_line_text(const struct stack_line *line);

/* The first line of pam_pat.so; NULL: there is none. */
const struct stack_line *stack_find_pat(const struct stack *stack);
