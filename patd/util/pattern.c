#include "patd/util/pattern.h"

#include <sqlite3.h>

/* Not fnmatch(3), whose time grows exponentially with the number of stars. */
bool pattern_matches(const char *pattern, const char *name)
{
	return sqlite3_strglob(pattern, name) == 0;
}
