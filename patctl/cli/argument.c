#include "patctl/cli/argument.h"

#include <string.h>

#include "common/l10n.h"
#include "common/lifetime.h"
#include "common/name.h"
#include "common/timespan.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"

#define REASON_MAX 255 /* bytes, as the contract says */

bool argument_wrong(const char *option, const char *text, const char *problem)
{
	cleanup_text char *safe = text_safe(text);

	complain("--%s=%s: %s", option, safe, _(problem));
	return false;
}

static void warn_of_m(bool has_m)
{
	if (has_m)
		complain(_("m means minutes; for months write M or months"));
}

bool argument_period(const char *option, const char *text, uint64_t *ret)
{
	struct timespan span;
	const char *problem;

	if (!text)
		return true;
	problem = timespan_parse(text, &span);
	if (!problem && span.usec < 1000000)
		problem = N_("a second is the least");
	if (problem)
		return argument_wrong(option, text, problem);
	warn_of_m(span.has_m);
	*ret = span.usec / 1000000;
	return true;
}

/* A period counts from now on, or back. */
static bool read_time(const char *option, const char *text, uint64_t now, bool back, uint64_t *ret)
{
	uint64_t at = now, seconds = 0;
	const char *problem = NULL;

	if (!text)
		return true;
	if (timestamp_shaped(text))
		problem = timestamp_parse(text, now, &at);
	else if (!argument_period(option, text, &seconds))
		return false;
	else if (back)
		at = seconds < now ? now - seconds : 0;
	else if ((at = now + seconds) > PAT_EXPIRES_MAX)
		problem = N_("that is beyond the year 9999");
	if (problem)
		return argument_wrong(option, text, problem);
	*ret = at > 0 ? at : 1;
	return true;
}

bool argument_time_ahead(const char *option, const char *text, uint64_t now, uint64_t *ret)
{
	return read_time(option, text, now, false, ret);
}

bool argument_time_before(const char *option, const char *text, uint64_t now, uint64_t *ret)
{
	return read_time(option, text, now, true, ret);
}

bool argument_number(const char *option, const char *text, uint64_t least, uint64_t *ret)
{
	uint64_t number = 0;
	bool good;

	if (!text)
		return true;
	good = *text != '\0';
	for (const char *p = text; *p != '\0' && good; p++)
		good = *p >= '0' && *p <= '9' && !__builtin_mul_overflow(number, 10, &number) &&
		       !__builtin_add_overflow(number, (uint64_t)(*p - '0'), &number);
	if (!good || number < least)
		return argument_wrong(option, text,
			least > 0 ? N_("a whole number is needed, 1 or more")
				  : N_("a whole number is needed"));
	*ret = number;
	return true;
}

bool argument_expiry(const char *option, const char *text, uint64_t now, struct expiry *ret)
{
	const char *problem;

	if (!text)
		return true;
	problem = expiry_parse(text, now, ret);
	if (problem)
		return argument_wrong(option, text, problem);
	warn_of_m(ret->has_m);
	return true;
}

bool argument_list(const char *option, const char *text)
{
	for (const char *at = text; at; at = strchr(at, ',')) {
		at += at > text; /* behind the comma */
		at += strspn(at, " \t");
		if (*at == ',' || *at == '\0')
			return argument_wrong(option, text, N_("an item of the list is empty"));
	}
	return true;
}

bool argument_reason(const char *option, const char *text)
{
	if (text && strlen(text) > REASON_MAX)
		return argument_wrong(option, text, N_("255 bytes are the most"));
	return true;
}

bool argument_name(const char *name)
{
	const char *problem = pat_name_problem(name);

	if (problem)
		complain(_("%s; a name has 1 to %d characters of UTF-8, none of them a control "
			   "character"),
			_(problem), PAT_NAME_MAX);
	return !problem;
}
