/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Colours, widths and questions on a terminal. */
#include "patctl/print/terminal.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/l10n.h"
#include "patctl/base/text.h"

#define GREEN "\033[32m"
#define RED "\033[31m"
#define RESET "\033[0m"

#define WIDTH 80 /* of terminals that do not tell theirs */

static const struct {
	const char *word, *colours_8, *colours_256;
} colours[] = {
	{ "active", GREEN, GREEN },
	{ "accepted", GREEN, GREEN },
	{ "revoked", "\033[33m", "\033[38;5;208m" },
	{ "disabled", "\033[33m", "\033[38;5;208m" },
	{ "expired", "\033[90m", "\033[38;5;245m" },
	{ "ended", "\033[90m", "\033[38;5;245m" },
	{ "exhausted", "\033[90m", "\033[38;5;245m" },
	{ "pending", "\033[36m", "\033[36m" },
	{ "stale", "\033[33m", "\033[38;5;208m" },
	{ "unknown-issuer", RED, RED },
	{ "altered", RED, RED },
	{ "refused", RED, RED },
	{ TERMINAL_NEW, "\033[1m", "\033[1m" },
};

bool terminal_can_ask(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

size_t terminal_width(void)
{
	struct winsize size = { 0 };
	unsigned long columns;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	columns = strtoul(environment("COLUMNS"), NULL, 10);
	return columns > 0 ? columns : WIDTH;
}

enum palette terminal_palette(void)
{
	const char *term = environment("TERM"), *colorterm = environment("COLORTERM");

	if (!isatty(STDOUT_FILENO) || *environment("NO_COLOR") != '\0' || *term == '\0' ||
		strcmp(term, "dumb") == 0)
		return PALETTE_NONE;
	return strstr(term, "256color") || strcmp(colorterm, "truecolor") == 0 ||
			       strcmp(colorterm, "24bit") == 0
		       ? PALETTE_256
		       : PALETTE_8;
}

const char *terminal_colour(enum palette palette, const char *word)
{
	for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++)
		if (palette != PALETTE_NONE && strcmp(colours[i].word, word) == 0)
			return palette == PALETTE_256 ? colours[i].colours_256
						      : colours[i].colours_8;
	return NULL;
}

char *terminal_coloured(enum palette palette, const char *word, const char *text)
{
	const char *colour = terminal_colour(palette, word);

	return text_format("%s%s%s", colour ? colour : "", text, colour ? RESET : "");
}

/* In English or in the language of the question. */
static bool is_yes(const char *line)
{
	/* TRANSLATORS: what answers "[y/N]" with yes. */
	const char *const words[] = { "y", "yes", _("y"), _("yes") };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(line, words[i]) == 0)
			return true;
	return false;
}

bool terminal_confirm(const char *question)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	bool yes;

	(void)fprintf(stderr, _("%s [y/N] "), question);
	(void)fflush(stderr);
	n = getline(&line, &size, stdin);
	if (n < 0)
		(void)fputc('\n', stderr); /* the cursor is still after the question */
	if (n > 0 && line[n - 1] == '\n')
		line[n - 1] = '\0';
	yes = n > 0 && is_yes(line);
	free(line);
	return yes;
}
