/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Printing messages for people, or for programs as JSON. */
#include "patctl/base/complaint.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patctl/base/text.h"

static struct {
	bool json;
	bool told; /* an error was printed */
	/* Owned: messages without a word and what to do about them, a line each; NULL for none. */
	char *waiting, *advice;
} complaints;

/* Memory may be out: then what waits is all there is to say. */
static void end_failed(void)
{
	complaints_end(OUTCOME_FAILED);
}

void complaints_as_json(void)
{
	if (!complaints.json)
		(void)atexit(end_failed);
	complaints.json = true;
	no_memory_line("{\"error\": \"no-memory\", \"message\": \"out of memory\", "
		       "\"advice\": null}");
}

static json_t *text_or_null(const char *text)
{
	return must_alloc(text ? json_string(text) : json_null());
}

static void print_json(const char *error, const char *message, const char *advice)
{
	json_t *object = must_alloc(json_pack("{s:o, s:o, s:o}", "error", text_or_null(error),
		"message", text_or_null(message), "advice", text_or_null(advice)));
	char *line = must_alloc(json_dumps(object, JSON_ENSURE_ASCII));

	(void)fprintf(stderr, "%s\n", line);
	free(line);
	json_decref(object);
}

void complaint_print(const char *error, const char *message, const char *advice)
{
	cleanup_text char *safe = text_safe_lines(message);

	if (complaints.json)
		print_json(error, safe, advice);
	else
		(void)fprintf(
			stderr, "patctl: %s%s%s\n", safe, advice ? "; " : "", advice ? advice : "");
	complaints.told |= error != NULL;
}

/* waiting: as JSON the line is appended to it. */
static void take_line(char **waiting, const char *text)
{
	cleanup_text char *before = *waiting;

	if (complaints.json)
		*waiting = text_format("%s%s%s", before ? before : "", before ? "\n" : "", text);
	else
		complaint_print(NULL, text, NULL);
}

void complain(const char *format, ...)
{
	cleanup_text char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	/* clang 14 does not see that it was started. */
	text = text_vformat(format, arguments); // NOLINT(clang-analyzer-valist.*)
	va_end(arguments);
	take_line(&complaints.waiting, text);
}

void advise(const char *format, ...)
{
	cleanup_text char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = text_vformat(format, arguments); // NOLINT(clang-analyzer-valist.*)
	va_end(arguments);
	take_line(&complaints.advice, text);
}

void note(const char *format, ...)
{
	cleanup_text char *text = NULL, *safe = NULL;
	va_list arguments;
	size_t len;

	va_start(arguments, format);
	text = text_vformat(format, arguments); // NOLINT(clang-analyzer-valist.*)
	va_end(arguments);
	safe = text_safe_lines(text);
	len = strlen(safe);
	if (!complaints.json) {
		(void)fputs(safe, stderr);
		return;
	}
	while (len > 0 && safe[len - 1] == '\n')
		safe[--len] = '\0';
	print_json(NULL, safe, NULL);
}

void complaints_end(enum outcome outcome)
{
	static const char *const words[] = {
		[OUTCOME_FAILED] = "failed",
		[OUTCOME_USAGE] = "invalid-arguments",
		[OUTCOME_DECLINED] = "declined",
		[OUTCOME_NOT_FOUND] = "not-found",
		[OUTCOME_DENIED] = "denied",
		[OUTCOME_UNREACHABLE] = "unreachable",
	};
	cleanup_text char *waiting = complaints.waiting, *advice = complaints.advice;

	complaints.waiting = NULL;
	complaints.advice = NULL;
	if (waiting)
		complaint_print(complaints.told ? NULL : words[outcome], waiting, advice);
	else if (advice)
		complaint_print(NULL, advice, NULL);
}
