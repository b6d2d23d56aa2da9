/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Splitting lines of PAM's files into words, and parsing controls. */
#include "patctl/doctor/pam/pam_line.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "patctl/base/text.h"

#define BLANK " \t\n"

/* Cuts off the comment, or the backslash, and blanks at the end; whether the line goes on. */
static bool cut(char *line)
{
	size_t comment = strcspn(line, "#"), len = strlen(line);

	if (line[comment] == '#') {
		line[comment] = '\0';
		return false;
	}
	while (len > 0 && strchr(BLANK, line[len - 1]))
		line[--len] = '\0';
	if (len == 0 || line[len - 1] != '\\')
		return false;
	line[len - 1] = ' ';
	return true;
}

int pam_line_next(struct pam_lines *lines, char **ret, unsigned int *ret_number)
{
	cleanup_text char *physical = NULL;
	cleanup_text char *whole = NULL;
	unsigned int number = 0;
	size_t size = 0;

	while (getline(&physical, &size, lines->file) >= 0) {
		bool goes_on = cut(physical);
		char *longer;

		lines->read++;
		if (!whole && physical[strspn(physical, BLANK)] == '\0' && !goes_on)
			continue;
		if (!whole)
			number = lines->read;
		longer = text_format("%s%s", whole ? whole : "", physical);
		text_free(&whole);
		whole = longer;
		if (goes_on)
			continue;
		*ret = whole;
		*ret_number = number;
		whole = NULL;
		return 1;
	}
	/* clang 19 does not see it freed. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
	return whole ? -EBADMSG : 0;
}

/* Terminates the word in brackets that begins at word, with "\]" for "]"; returns its end. */
static char *close_bracket(char *word)
{
	char *to = word, *from = word;

	while (*from != '\0' && *from != ']') {
		if (from[0] == '\\' && from[1] == ']')
			from++;
		*to++ = *from++;
	}
	if (to != from)
		*to = '\0';
	return from;
}

char *pam_word_next(char **rest)
{
	char *word = *rest, *end;

	if (!word)
		return NULL;
	word += strspn(word, BLANK);
	if (*word == '\0') {
		*rest = NULL;
		return NULL;
	}
	if (*word == '[') {
		word++;
		end = close_bracket(word);
	} else {
		end = word + strcspn(word, BLANK);
	}
	if (*end != '\0')
		*end++ = '\0';
	*rest = *end != '\0' ? end : NULL;
	return word;
}

#define CODE_DEFAULT PAM_CODES

/* In the order of the codes of security/_pam_types.h. */
static const char *const codes[PAM_CODES + 1] = { "success", "open_err", "symbol_err",
	"service_err", "system_err", "buf_err", "perm_denied", "auth_err", "cred_insufficient",
	"authinfo_unavail", "user_unknown", "maxtries", "new_authtok_reqd", "acct_expired",
	"session_err", "cred_unavail", "cred_expired", "cred_err", "no_module_data", "conv_err",
	"authtok_err", "authtok_recover_err", "authtok_lock_busy", "authtok_disable_aging",
	"try_again", "ignore", "abort", "authtok_expired", "module_unknown", "bad_item",
	"conv_again", "incomplete", "default" };

/* actions[-ACTION_OK] is "ok". */
static const char *const actions_by_name[] = { "ignore", "ok", "done", "bad", "die", "reset" };

const char *pam_code_name(int code)
{
	return code >= 0 && code < PAM_CODES ? codes[code] : "unknown";
}

static void set_rest(int actions[static PAM_CODES], int action)
{
	for (int i = 0; i < PAM_CODES; i++)
		if (actions[i] == ACTION_UNSET)
			actions[i] = action;
}

/* The first of names that text begins with, moving *text past it; n if none. */
static int take_name(const char **text, const char *const *names, int n)
{
	for (int i = 0; i < n; i++) {
		size_t len = strlen(names[i]);

		if (strncmp(*text, names[i], len) == 0) {
			*text += len;
			return i;
		}
	}
	return n;
}

static void skip_blanks(const char **text)
{
	while (isspace((unsigned char)**text))
		(*text)++;
}

/* How many lines to jump over; 0 if there is no such number. */
static int take_jump(const char **text)
{
	int jump = 0;

	for (; isdigit((unsigned char)**text); (*text)++) {
		if (jump > (INT_MAX - 9) / 10)
			return 0;
		jump = 10 * jump + (**text - '0');
	}
	return jump;
}

/* Parses one "code=action" of a control in brackets. */
static bool take_pair(const char **text, int actions[static PAM_CODES])
{
	const int n = sizeof(actions_by_name) / sizeof(actions_by_name[0]);
	int code = take_name(text, codes, PAM_CODES + 1), action;

	skip_blanks(text);
	if (code > CODE_DEFAULT || **text != '=')
		return false;
	(*text)++;
	skip_blanks(text);
	action = take_name(text, actions_by_name, n);
	if (action < n)
		action = -action;
	else if ((action = take_jump(text)) == 0)
		return false;

	if (code == CODE_DEFAULT)
		set_rest(actions, action);
	else
		actions[code] = action;
	return true;
}

static bool parse_pairs(const char *text, int actions[static PAM_CODES])
{
	for (skip_blanks(&text); *text != '\0'; skip_blanks(&text))
		if (!take_pair(&text, actions)) {
			for (int i = 0; i < PAM_CODES; i++)
				actions[i] = ACTION_BAD;
			return false;
		}
	set_rest(actions, ACTION_BAD);
	return true;
}

/* The words stand for these. */
static const struct {
	const char *word, *pairs;
} words[] = {
	{ "required", "success=ok new_authtok_reqd=ok ignore=ignore default=bad" },
	{ "requisite", "success=ok new_authtok_reqd=ok ignore=ignore default=die" },
	{ "optional", "success=ok new_authtok_reqd=ok default=ignore" },
	{ "sufficient", "success=done new_authtok_reqd=done default=ignore" },
};

bool pam_control_parse(const char *control, int actions[static PAM_CODES])
{
	for (int i = 0; i < PAM_CODES; i++)
		actions[i] = ACTION_UNSET;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(control, words[i].word) == 0)
			return parse_pairs(words[i].pairs, actions);
	return parse_pairs(control, actions);
}
