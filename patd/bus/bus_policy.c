/* GetPolicy. */
#include "patd/bus/methods.h"
#include "patd/bus/rows.h"
#include "patd/policy/policy.h"

static const struct bus_property line_properties[] = {
	{ "Key", "s", NULL, offsetof(struct policy_line, key) },
	{ "Value", "s", NULL, offsetof(struct policy_line, value) },
	{ "Source", "s", NULL, offsetof(struct policy_line, source) },
	{ 0 },
};

struct lines {
	struct bus_rows rows;
	bool complete;
};

static void append_line(const struct policy_line *line, void *userdata)
{
	struct lines *lines = userdata;

	lines->complete =
		lines->complete && bus_rows_append(&lines->rows, line_properties, line) == 0;
}

void bus_serve_policy(struct call *call)
{
	struct lines lines = { .complete = true };

	bus_rows_begin(call, &lines.rows);
	policy_each(call_policy(call), append_line, &lines);
	if (!lines.complete)
		bus_rows_abandon(&lines.rows);
	call_reply(call, bus_rows_end(&lines.rows, NULL));
}
