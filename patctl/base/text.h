/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text for a person's terminal: allocated, escaped, translated, padded. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Frees *text: for the cleanup attribute. */
void text_free(char **text);
#define cleanup_text __attribute__((cleanup(text_free)))

/* Ends patctl with a message.  Cleanup that is still pending is not done. */
void no_memory(void) __attribute__((noreturn));

/* line: what no_memory() prints instead, static. */
void no_memory_line(const char *line);

/* pointer; if it is NULL, no_memory(). */
void *must_alloc(void *pointer);

/* As asprintf(), ending patctl when memory is out.  The caller owns the result. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *text_vformat(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

/*
 * A copy that cannot deceive a terminal: unchanged if pat_text_problem() finds no problem, else
 * with \xNN for all but printable ASCII.  The caller owns it.
 */
char *text_safe(const char *text);

/* The same for each line of text by itself: a newline is left as it is. */
char *text_safe_lines(const char *text);

/* The translation of text, static, if it is a message of patctl's or patd's; else text itself. */
const char *text_translated(const char *text);

/* Whether a shell takes text for one word, and patctl takes it for no option. */
bool text_is_word(const char *text);

/* The width of text on a terminal, in columns. */
size_t text_width(const char *text);

/* width, or the width of text if that is more. */
size_t text_wider(size_t width, const char *text);

/* text, padded with blanks up to width.  The caller owns it. */
char *text_pad(const char *text, size_t width);

/* text; if it is wider than width, its beginning with "…" at the end.  The caller owns it. */
char *text_cut(const char *text, size_t width);

/*
 * A copy with \xNN for characters whose width the C library does not know, such as newer ones, so
 * that text_width() is right.  The caller owns it.
 */
char *text_of_known_width(const char *text);

/* Appends a copy of name to the n in *names, and a NULL after them. */
void names_add(char ***names, size_t *n, const char *name);

/* Frees *names, which may be NULL, and what is in it. */
void names_free(char ***names);
#define cleanup_names __attribute__((cleanup(names_free)))

/*
 * "patctl: ...", on standard error.  What it says may be another machine's words: it is made safe,
 * line by line.  See patctl/base/complaint.h.
 */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same, of what to do about the message before. */
void advise(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Lines for people beside a result, on standard error, with their newlines.  They are made safe
 * likewise.
 */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
