/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the stacks of a service from its files, with what they include. */
#include "patctl/doctor/pam/pam_stack.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/text.h"

#define ANY STACK_TYPES /* as the type that is asked for */
#define FILES_MAX 200U  /* for one service; twice itself in a file makes 2^STACK_LEVELS of it */

struct reader {
	const struct sysroot *root;
	bool debian;
	struct service *service;
	unsigned int files; /* that were read */
};

/* A file that is being read. */
struct source {
	const char *path;
	unsigned int number;    /* of the line */
	unsigned int last;      /* if it goes on in others, of the last */
	enum stack_type wanted; /* lines of other types are passed over */
	unsigned int depth;     /* of files in files */
	unsigned int level;
};

bool pam_is_debian(const struct sysroot *root)
{
	return sysroot_has(root, "/etc/debian_version");
}

/* Whether the installed package of libpam is of that version of Debian's, or a later one. */
static bool is_libpam_since(const struct sysroot *root, const char *version)
{
	static const char package[] = "Package: libpam0g\n", its_version[] = "Version: ";
	cleanup_file FILE *file = NULL;
	cleanup_text char *line = NULL;
	bool within = false;
	size_t size = 0;

	if (sysroot_read(root, "/var/lib/dpkg/status", &file) < 0)
		return false;
	while (getline(&line, &size, file) >= 0) {
		if (strncmp(line, "Package: ", strlen("Package: ")) == 0)
			within = strcmp(line, package) == 0;
		else if (within && strncmp(line, its_version, strlen(its_version)) == 0)
			return strverscmp(line + strlen(its_version), version) >= 0;
	}
	/* clang 19 does not see it freed. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
	return false;
}

/* Why the whole service is refused; the first reason counts. */
static int refuse(struct reader *reader, const struct source *source, const char *why)
{
	if (!reader->service->broken)
		reader->service->broken =
			text_format("%s:%u: %s", source->path, source->number, _(why));
	return -EBADMSG;
}

static struct stack_line *add(
	struct reader *reader, const struct source *source, enum stack_type type)
{
	struct stack *stack = &reader->service->stacks[type];
	struct stack_line *line;

	stack->lines = must_alloc(reallocarray(stack->lines, stack->n + 1, sizeof(*stack->lines)));
	line = &stack->lines[stack->n++];
	*line = (struct stack_line) {
		.file = text_format("%s", source->path),
		.number = source->number,
		.last = source->last,
		.level = source->level,
	};
	return line;
}

static int read_file(struct reader *reader, struct source *source);

/* The file of that name in the first of the n folders of services that has it. */
static int read_service(struct reader *reader, const char *name, size_t n, struct source *as)
{
	static const char *const folders[] = { PAM_DIR, PAM_VENDOR_DIR };
	int r = -ENOENT;

	for (size_t i = 0; i < n && r == -ENOENT; i++) {
		cleanup_text char *path = text_format("%s/%s", folders[i], name);

		as->path = path;
		r = read_file(reader, as);
	}
	return r;
}

/* 0, -EBADMSG if libpam would refuse the file, or why it cannot be read. */
static int try_include(
	struct reader *reader, const struct source *from, const char *name, struct source *as)
{
	int r;

	as->depth = from->depth + 1;
	if (as->depth >= STACK_LEVELS)
		return -EBADMSG;
	if (*name == '/') {
		as->path = name;
		return read_file(reader, as);
	}
	r = read_service(reader, name, reader->debian ? 1 : 2, as);
	if (r == -ENOENT && reader->debian && is_libpam_since(reader->root, "1.7.0-6"))
		r = read_service(reader, name, 2, as);
	return r;
}

/* Debian's, in place of type and control. */
static int include_all(struct reader *reader, const struct source *source, char *rest)
{
	struct source as = { .wanted = source->wanted, .level = source->level };
	char *name = pam_word_next(&rest);
	int r;

	if (!name)
		return refuse(reader, source, N_("@include without a file name"));
	r = try_include(reader, source, name, &as);
	if (r == 0 || (r != -EBADMSG && r != -ENOENT))
		return r;
	if (source->wanted == ANY)
		return refuse(reader, source, N_("the included file cannot be read"));
	(void)pam_control_parse("", add(reader, source, source->wanted)->actions);
	return 0;
}

static int include_type(struct reader *reader, const struct source *source, enum stack_type type,
	bool substack, char *rest)
{
	struct source as = { .wanted = type, .level = source->level + (substack ? 1 : 0) };
	char *name = pam_word_next(&rest);
	int r;

	if (!name)
		return refuse(reader, source, N_("include without a file name"));
	if (substack)
		add(reader, source, type)->substack = true;
	r = try_include(reader, source, name, &as);
	if (r != -EBADMSG && r != -ENOENT)
		return r;
	(void)pam_control_parse("", add(reader, source, type)->actions);
	return 0;
}

static const char *const module_folders[] = { "/lib/security", "/usr/lib/security",
	"/lib64/security", "/usr/lib64/security", "/usr/local/lib/security" };

/* Debian has a folder for each architecture. */
static bool exists_in_multiarch(const struct sysroot *root, const char *module)
{
	cleanup_names char **names = NULL;

	if (sysroot_list(root, "/usr/lib", &names) < 0)
		return false;
	for (char **name = names; *name; name++) {
		cleanup_text char *path = text_format("/usr/lib/%s/security/%s", *name, module);

		if (fnmatch("*-linux-*", *name, 0) == 0 && sysroot_has(root, path))
			return true;
	}
	return false;
}

/* Whether libpam would find the module, by its path or by its name in the folders of modules. */
static bool module_exists(const struct sysroot *root, const char *module)
{
	if (*module == '/')
		return sysroot_has(root, module);
	for (size_t i = 0; i < sizeof(module_folders) / sizeof(module_folders[0]); i++) {
		cleanup_text char *path = text_format("%s/%s", module_folders[i], module);

		if (sysroot_has(root, path))
			return true;
	}
	return exists_in_multiarch(root, module);
}

static const char *const types[STACK_TYPES] = { "auth", "account", "session", "password" };

static enum stack_type find_type(const char *word)
{
	for (enum stack_type type = 0; type < STACK_TYPES; type++)
		if (strcasecmp(types[type], word) == 0)
			return type;
	return STACK_TYPES;
}

/* Parses the line after its type. */
static int take_rest(struct reader *reader, const struct source *source, enum stack_type type,
	bool wrong, char *rest)
{
	char *control = pam_word_next(&rest), *module;
	struct stack_line *line;

	if (control &&
		(strcasecmp(control, "include") == 0 || strcasecmp(control, "substack") == 0))
		return include_type(
			reader, source, type, strcasecmp(control, "substack") == 0, rest);
	line = add(reader, source, type);
	(void)pam_control_parse(control ? control : "", line->actions);
	module = pam_word_next(&rest);
	if (module && !wrong) {
		line->module = text_format("%s", module);
		line->missing = !module_exists(reader->root, module);
	}
	line->arguments = text_format("%s", rest ? rest : "");
	return 0;
}

static int take_line(struct reader *reader, const struct source *source, char *text)
{
	char *rest = text, *word = pam_word_next(&rest);
	enum stack_type type;
	bool wrong;

	if (word && *word == '-') /* only that nothing is logged when the module is missing */
		word++;
	if (word && reader->debian && strcasecmp(word, "@include") == 0)
		return include_all(reader, source, rest);
	type = word ? find_type(word) : STACK_TYPES;
	wrong = type == STACK_TYPES;
	if (wrong)
		type = source->wanted == ANY ? STACK_AUTH : source->wanted;
	if (source->wanted != ANY && type != source->wanted)
		return 0;
	return take_rest(reader, source, type, wrong, rest);
}

static int read_file(struct reader *reader, struct source *source)
{
	cleanup_file FILE *file = NULL;
	struct pam_lines lines = { 0 };
	int r;

	source->number = 1;
	if (reader->files == FILES_MAX)
		return refuse(reader, source, N_("more than 200 nested files"));
	reader->files++;
	r = sysroot_read(reader->root, source->path, &file);
	if (r < 0)
		return r;
	lines.file = file;
	for (;;) {
		cleanup_text char *text = NULL;

		r = pam_line_next(&lines, &text, &source->number);
		if (r == -EBADMSG && source->depth == 0) {
			source->number = lines.read;
			(void)refuse(reader, source, N_("the last line ends with a backslash"));
		}
		if (r <= 0)
			return r;
		source->last = lines.read;
		r = take_line(reader, source, text);
		if (r < 0)
			return r;
	}
}

int service_read(const struct sysroot *root, bool debian, const char *name, struct service *ret)
{
	struct service service = { 0 };
	struct reader reader = { root, debian, &service, 0 };
	struct source source = { .wanted = ANY };
	int r = read_service(&reader, name, 2, &source);

	if (r < 0 && r != -EBADMSG) {
		service_clear(&service);
		return r;
	}
	*ret = service;
	return 0;
}

void service_clear(struct service *service)
{
	for (size_t t = 0; t < STACK_TYPES; t++) {
		for (size_t i = 0; i < service->stacks[t].n; i++) {
			free(service->stacks[t].lines[i].file);
			free(service->stacks[t].lines[i].module);
			free(service->stacks[t].lines[i].arguments);
		}
		free(service->stacks[t].lines);
	}
	free(service->broken);
	*service = (struct service) { 0 };
}

const struct stack *stack_in_force(
	const struct service *service, const struct service *fallback, enum stack_type type)
{
	return service->stacks[type].n > 0 ? &service->stacks[type] : &fallback->stacks[type];
}

bool stack_line_is(const struct stack_line *line, const char *module)
{
	const char *slash;

	if (!line->module)
		return false;
	slash = strrchr(line->module, '/');
	return strcmp(slash ? slash + 1 : line->module, module) == 0;
}

bool stack_line_has(const struct stack_line *line, const char *argument)
{
	const size_t len = strlen(argument);
	const char *at = line->arguments;

	while ((at = strstr(at, argument))) {
		if ((at == line->arguments || at[-1] == ' ' || at[-1] == '\t') &&
			strchr(" \t\n", at[len]))
			return true;
		at += len;
	}
	return false;
}

char *stack_line_text(const struct stack_line *line)
{
	return text_format("%s:%u (%s)", line->file, line->number,
		line->module ? line->module : _("not understood by libpam"));
}

const struct stack_line *stack_find_pat(const struct stack *stack)
{
	for (size_t i = 0; i < stack->n; i++)
		if (stack_line_is(&stack->lines[i], PAM_PAT))
			return &stack->lines[i];
	return NULL;
}
