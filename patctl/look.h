/* How a token's times are told: as ages to people, as ISO 8601 in UTC to programs. */
#ifndef PATCTL_LOOK_H
#define PATCTL_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "patctl/row.h"
#include "patctl/terminal.h"

struct look {
	bool people; /* standard output is a terminal */
	enum palette palette;
	uint64_t now; /* seconds since 1970 UTC */
};

struct look look_here(void);

/* The caller owns the results. */
char *look_time(const struct look *look, uint64_t at);
char *look_exactly(const struct look *look, uint64_t at); /* to people the time and the age */
char *look_expires(const struct look *look, const struct row *row); /* "never" */
char *look_usage(const struct look *look, const struct row *row);   /* "Last used 3 days ago" */

#endif
