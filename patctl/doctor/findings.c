/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collecting findings and printing them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/doctor/doctor.h"
#include "patctl/print/json.h"
#include "patctl/print/terminal.h"

/* The words for people; those for the colours are terminal.h's. */
static const struct {
	const char *word, *colour;
} levels[LEVELS] = {
	[LEVEL_OK] = { N_("ok"), "accepted" },
	[LEVEL_UNSEEN] = { N_("unseen"), "expired" },
	[LEVEL_WARNING] = { N_("warning"), "disabled" },
	[LEVEL_PROBLEM] = { N_("problem"), "refused" },
};

/* text: owned by the finding from now on. */
static struct finding *add(struct findings *findings, enum level level, const char *check,
	const char *advice, char *text)
{
	struct finding *finding;

	findings->items = must_alloc(
		reallocarray(findings->items, findings->n + 1, sizeof(*findings->items)));
	finding = &findings->items[findings->n++];
	*finding = (struct finding) {
		.level = level,
		.check = check,
		.advice = advice ? text_format("%s", advice) : NULL,
		.text = text,
	};
	finding->services = must_alloc(calloc(1, sizeof(*finding->services)));
	return finding;
}

void found(struct doctor *doctor, enum level level, const char *check, const char *advice,
	const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(&doctor->findings, level, check, advice, text_vformat(format, arguments));
	va_end(arguments);
}

/* A finding about other services that is equal otherwise. */
static struct finding *find_like(struct findings *findings, enum level level, const char *text)
{
	for (size_t i = 0; i < findings->n; i++) {
		struct finding *finding = &findings->items[i];

		if (finding->n > 0 && finding->level == level && strcmp(finding->text, text) == 0)
			return finding;
	}
	return NULL;
}

void found_in(struct doctor *doctor, const char *service, enum level level, const char *advice,
	const char *format, ...)
{
	struct finding *finding;
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = text_vformat(format, arguments);
	va_end(arguments);
	finding = find_like(&doctor->findings, level, text);
	if (finding)
		free(text);
	else
		finding = add(&doctor->findings, level, "pam", advice, text);
	names_add(&finding->services, &finding->n, service);
}

enum level findings_worst(const struct findings *findings)
{
	enum level worst = LEVEL_OK;

	for (size_t i = 0; i < findings->n; i++)
		if (findings->items[i].level > worst)
			worst = findings->items[i].level;
	return worst;
}

static void finding_clear(struct finding *finding)
{
	names_free(&finding->services);
	free(finding->advice);
	free(finding->text);
}

void findings_keep(struct findings *findings, enum level least)
{
	size_t kept = 0;

	for (size_t i = 0; i < findings->n; i++) {
		if (findings->items[i].level >= least)
			findings->items[kept++] = findings->items[i];
		else
			finding_clear(&findings->items[i]);
	}
	findings->n = kept;
}

/* "cron, login, su" */
static char *join(char *const *services)
{
	char *all = text_format("%s", "");

	for (; *services; services++) {
		cleanup_text char *before = all, *safe = text_safe(*services);

		all = text_format("%s%s%s", before, *before ? ", " : "", safe);
	}
	return all;
}

static size_t level_width(void)
{
	size_t width = 0;

	for (enum level level = 0; level < LEVELS; level++)
		width = text_wider(width, _(levels[level].word));
	return width;
}

/* "problem  pam: sudo: a password ...; put it ..." */
static void print(const struct finding *finding, enum palette palette)
{
	cleanup_text char *padded = text_pad(_(levels[finding->level].word), level_width() + 1),
			  *mark = terminal_coloured(palette, levels[finding->level].colour, padded),
			  *services = join(finding->services), *text = text_safe(finding->text);

	(void)printf("%s %s: %s%s%s%s%s\n", mark, finding->check, services, *services ? ": " : "",
		text, finding->advice ? "; " : "", finding->advice ? finding->advice : "");
}

void findings_print(const struct findings *findings, bool quiet)
{
	const enum palette palette = terminal_palette();

	for (size_t i = 0; i < findings->n; i++)
		if (!quiet || findings->items[i].level >= LEVEL_WARNING)
			print(&findings->items[i], palette);
}

json_t *findings_json(const struct findings *findings)
{
	json_t *array = json_must(json_array());

	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *finding = &findings->items[i];
		json_t *object = json_must(json_object());

		json_add(object, "check", json_of_text(finding->check));
		json_add(object, "level", json_of_text(levels[finding->level].word));
		json_add(object, "services", json_of_texts(finding->services));
		json_add(object, "message", json_of_text(finding->text));
		json_add(object, "advice", json_of_text(finding->advice));
		json_append(array, object);
	}
	return array;
}

void findings_clear(struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++)
		finding_clear(&findings->items[i]);
	free(findings->items);
	*findings = (struct findings) { 0 };
}
