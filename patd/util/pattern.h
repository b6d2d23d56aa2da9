/* Shell patterns for names: * ? [...], of which none is special to a leading dot or a slash. */
#ifndef PATD_UTIL_PATTERN_H
#define PATD_UTIL_PATTERN_H

#include <stdbool.h>

/* At most so many bytes: matching takes as long as pattern and name multiplied, at worst. */
#define PATTERN_MAX 255

/* Whether all of name matches.  Both are valid UTF-8. */
bool pattern_matches(const char *pattern, const char *name);

#endif
