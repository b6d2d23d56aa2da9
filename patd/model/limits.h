/*
 * What a token is restricted to.  Each restriction is kept as the text that people read, in one
 * canonical spelling, and is parsed where it is applied.
 */
#ifndef PATD_MODEL_LIMITS_H
#define PATD_MODEL_LIMITS_H

#include <stdint.h>

#define LIMITS_SERVICES_MAX 511 /* bytes of each text, without the NUL */
#define LIMITS_SOURCES_MAX 1023
#define LIMITS_HOURS_MAX 255

struct limits {
	char services[LIMITS_SERVICES_MAX + 1]; /* see patd/model/services.h; "": all */
	char sources[LIMITS_SOURCES_MAX + 1];   /* see patd/model/sources.h; "": all */
	char hours[LIMITS_HOURS_MAX + 1];       /* see patd/model/hours.h; "": always */
	uint64_t not_before;                    /* seconds UTC; 0: from the start */
	uint64_t max_uses;                      /* 0: no limit */
};

#endif
