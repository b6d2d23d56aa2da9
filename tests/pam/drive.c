/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host of PAM for tests: authenticates against a stack in a directory of the test's own, and
 * prints what a person and an application would see.
 *
 *     drive [OPTION...] CONFDIR SERVICE USER <ANSWERS
 *
 * ANSWERS, a line each, are what the person types, prompt by prompt; after the last one the
 * conversation fails.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <locale.h>
#include <pthread.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ANSWERS_MAX 8
#define THREADS_MAX 64
#define CODE(code) [code] = #code

static const char *const codes[] = {
	CODE(PAM_SUCCESS),
	CODE(PAM_OPEN_ERR),
	CODE(PAM_SYMBOL_ERR),
	CODE(PAM_SERVICE_ERR),
	CODE(PAM_SYSTEM_ERR),
	CODE(PAM_BUF_ERR),
	CODE(PAM_PERM_DENIED),
	CODE(PAM_AUTH_ERR),
	CODE(PAM_CRED_INSUFFICIENT),
	CODE(PAM_AUTHINFO_UNAVAIL),
	CODE(PAM_USER_UNKNOWN),
	CODE(PAM_MAXTRIES),
	CODE(PAM_CONV_ERR),
	CODE(PAM_IGNORE),
	CODE(PAM_ABORT),
	CODE(PAM_AUTHTOK_ERR),
	CODE(PAM_MODULE_UNKNOWN),
	CODE(PAM_SESSION_ERR),
};

/* Set once by main(), then read only. */
static struct {
	const char *confdir, *service, *user, *rhost, *tty;
	const char *variable; /* in the environment of PAM from before */
	int flags;
	unsigned int times, threads;
	unsigned int attempts; /* calls of pam_authenticate() in one handle, until one succeeds */
	bool credentials;      /* pam_setcred() too */
	bool chauthtok;        /* pam_chauthtok() too, as root in the same handle */
	bool session;          /* pam_open_session() and pam_close_session() too */
	bool lingering;        /* by SIGSTOP while the session is open */
	const char *target;    /* PAM_USER of the session, as sudo sets it */
	bool compare;          /* the state of this process before and after */
	bool closed;           /* descriptors 0 to 2 */
	bool exhausted;        /* no descriptor is free */
	bool filtered;         /* by seccomp */
	bool ignoring;         /* a conversation function that answers PAM_IGNORE */
	bool items;            /* print the environment of PAM */
	bool stopping;         /* by SIGSTOP, as soon as it has authenticated */
	char *answers[ANSWERS_MAX];
	FILE *out;
} host = { .times = 1, .threads = 1, .attempts = 1 };

static const char *code_text(int code)
{
	const char *text = NULL;

	if (code >= 0 && (size_t)code < sizeof(codes) / sizeof(codes[0]))
		text = codes[code];
	return text != NULL ? text : "another code";
}

struct talk {
	const struct talk *self; /* what libpam passes to the host's functions is this */
	bool aloud;
	unsigned int answered;
};

static int answer(struct talk *talk, const struct pam_message *message, char **ret_text)
{
	static const char *const kinds[] = {
		[PAM_PROMPT_ECHO_OFF] = "prompt",
		[PAM_PROMPT_ECHO_ON] = "prompt",
		[PAM_ERROR_MSG] = "error",
		[PAM_TEXT_INFO] = "info",
	};

	if (talk->aloud)
		fprintf(host.out, "%s: %s\n", kinds[message->msg_style], message->msg);
	if (message->msg_style == PAM_ERROR_MSG || message->msg_style == PAM_TEXT_INFO)
		return PAM_SUCCESS;
	if (host.ignoring)
		return PAM_IGNORE;
	if (talk->answered == ANSWERS_MAX || host.answers[talk->answered] == NULL)
		return PAM_CONV_ERR;
	*ret_text = strdup(host.answers[talk->answered++]);
	return *ret_text != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

static int converse(
	int n, const struct pam_message **messages, struct pam_response **ret_responses, void *data)
{
	struct pam_response *responses = calloc((size_t)n, sizeof(*responses));
	int r = PAM_SUCCESS;

	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < n && r == PAM_SUCCESS; i++)
		r = answer(data, messages[i], &responses[i].resp);
	if (r == PAM_SUCCESS) {
		*ret_responses = responses;
		return r;
	}
	for (int i = 0; i < n; i++)
		free(responses[i].resp);
	free(responses);
	return r;
}

/* Tests do not wait for the delay after a failure. */
static void no_delay(int status, unsigned int delay, void *data)
{
	const struct talk *talk = data;

	(void)status;
	(void)delay;
	if (talk == NULL || talk->self != talk)
		errx(1, "the delay function was called with other data than the host's");
}

/* Programs take what PAM_CONV has for their own. */
static void check_conversation(pam_handle_t *pamh, const struct talk *talk)
{
	const void *item = NULL;
	const struct pam_conv *conv;

	if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS)
		errx(1, "pam_get_item");
	conv = item;
	if (conv->appdata_ptr != talk)
		errx(1, "the conversation is not the host's after the authentication");
}

static void print_descriptors(FILE *to)
{
	DIR *dir = opendir("/proc/self/fd");

	if (dir == NULL)
		return;
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		char target[256];
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target));
		int fd = atoi(entry->d_name);

		if (len > 0 && fd != dirfd(dir))
			fprintf(to, "%d %.*s %x %x\n", fd, (int)len, target,
				(unsigned int)fcntl(fd, F_GETFD), (unsigned int)fcntl(fd, F_GETFL));
	}
	closedir(dir);
}

/* All that a module could change behind the back of its host, as text.  The caller frees it. */
static char *state(void)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	char line[256];
	sigset_t mask;
	FILE *status;

	if (to == NULL)
		err(1, "open_memstream");
	print_descriptors(to);
	for (char **variable = environ; *variable != NULL; variable++)
		fprintf(to, "%s\n", *variable);
	for (int s = 1; s < SIGRTMAX; s++) {
		struct sigaction action;

		if (sigaction(s, NULL, &action) == 0)
			fprintf(to, "signal %d %jx %x\n", s,
				(uintmax_t)(uintptr_t)action.sa_handler,
				(unsigned int)action.sa_flags);
	}
	sigprocmask(SIG_BLOCK, NULL, &mask);
	for (int s = 1; s < SIGRTMAX; s++)
		fprintf(to, "%d", sigismember(&mask, s));
	for (unsigned int r = 0; r < RLIM_NLIMITS; r++) {
		struct rlimit limit;

		if (getrlimit(r, &limit) == 0)
			fprintf(to, "\nlimit %u %ju", r, (uintmax_t)limit.rlim_cur);
	}
	status = fopen("/proc/self/status", "re");
	while (status != NULL && fgets(line, sizeof(line), status) != NULL)
		if (strncmp(line, "Umask", 5) == 0 || strncmp(line, "Uid", 3) == 0 ||
			strncmp(line, "Gid", 3) == 0 || strncmp(line, "Threads", 7) == 0)
			fprintf(to, "\n%s", line);
	if (status != NULL)
		fclose(status);
	fprintf(to, "%s\n", getcwd(line, sizeof(line)) != NULL ? line : "nowhere");
	fclose(to);
	return text;
}

/* The lines of after that were not there before. */
static void print_news(const char *before, char *after)
{
	char *rest = NULL;

	for (char *line = strtok_r(after, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest))
		if (strstr(before, line) == NULL)
			fprintf(host.out, "host: new: %s\n", line);
}

static void exhaust_descriptors(void)
{
	struct rlimit limit = { .rlim_cur = 64, .rlim_max = 64 };

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		err(1, "setrlimit");
	while (open("/", O_PATH | O_CLOEXEC) >= 0)
		;
}

/*
 * Kills whoever does what no module has to: start a process, change the action on a signal,
 * lock memory, change directory, or open a socket that is not AF_UNIX.
 */
static void filter(void)
{
#define KILL_ON(nr)                                                                                \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(nr), 0, 1),                                 \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		KILL_ON(SYS_clone),
		KILL_ON(SYS_clone3),
		KILL_ON(SYS_execve),
		KILL_ON(SYS_rt_sigaction),
		KILL_ON(SYS_mlock),
		KILL_ON(SYS_chdir),
		KILL_ON(SYS_bind),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
		.len = sizeof(rules) / sizeof(rules[0]),
		.filter = rules,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		err(1, "seccomp");
}

/* Between pam_start(), which loads the modules, and the authentication. */
static void surroundings(void)
{
	if (host.closed)
		for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
			close(fd);
	if (host.exhausted)
		exhaust_descriptors();
	if (host.filtered)
		filter();
}

static void open_and_close(pam_handle_t *pamh)
{
	int ret;

	if (host.target != NULL && pam_set_item(pamh, PAM_USER, host.target) != PAM_SUCCESS)
		errx(1, "pam_set_item");
	ret = pam_open_session(pamh, host.flags);
	fprintf(host.out, "open_session: %s\n", code_text(ret));
	fflush(host.out);
	if (ret != PAM_SUCCESS)
		return;
	if (host.lingering && raise(SIGSTOP) != 0)
		errx(1, "raise");
	fprintf(host.out, "close_session: %s\n", code_text(pam_close_session(pamh, host.flags)));
}

static int authenticate(bool aloud)
{
	struct talk talk = { .self = &talk, .aloud = aloud };
	const struct pam_conv conv = { .conv = converse, .appdata_ptr = &talk };
	char *before = NULL, *after = NULL, **items;
	pam_handle_t *pamh = NULL;
	int ret;

	ret = pam_start_confdir(host.service, host.user, &conv, host.confdir, &pamh);
	if (ret != PAM_SUCCESS)
		return ret;
	if ((host.rhost != NULL && pam_set_item(pamh, PAM_RHOST, host.rhost) != PAM_SUCCESS) ||
		(host.tty != NULL && pam_set_item(pamh, PAM_TTY, host.tty) != PAM_SUCCESS))
		errx(1, "pam_set_item");
	if (pam_set_item(pamh, PAM_FAIL_DELAY, (const void *)no_delay) != PAM_SUCCESS)
		errx(1, "pam_set_item");
	if (host.variable != NULL && pam_putenv(pamh, host.variable) != PAM_SUCCESS)
		errx(1, "pam_putenv");

	surroundings();
	if (host.compare)
		before = state();
	ret = pam_authenticate(pamh, host.flags);
	for (unsigned int i = 1; i < host.attempts && ret != PAM_SUCCESS; i++) {
		fprintf(host.out, "again after: %s\n", code_text(ret));
		ret = pam_authenticate(pamh, host.flags);
	}
	check_conversation(pamh, &talk);
	if (host.stopping && raise(SIGSTOP) != 0)
		errx(1, "raise");
	if (host.session && ret == PAM_SUCCESS)
		open_and_close(pamh);
	if (host.compare)
		after = state();
	if (host.credentials)
		fprintf(host.out, "setcred: %s\n",
			code_text(pam_setcred(pamh, PAM_ESTABLISH_CRED)));

	if (host.chauthtok)
		fprintf(host.out, "chauthtok: %s\n", code_text(pam_chauthtok(pamh, 0)));

	items = host.items ? pam_getenvlist(pamh) : NULL;
	for (size_t i = 0; items != NULL && items[i] != NULL; i++) {
		fprintf(host.out, "item: %s\n", items[i]);
		free(items[i]);
	}
	free(items);
	pam_end(pamh, ret);

	if (host.compare && strcmp(before, after) == 0)
		fprintf(host.out, "host: unchanged\n");
	else if (host.compare)
		print_news(before, after);
	free(before);
	free(after);
	return ret;
}

static void *authenticate_often(void *ret_counts)
{
	unsigned int *counts = ret_counts;

	for (unsigned int i = 0; i < host.times; i++) {
		int ret = authenticate(false);

		counts[ret >= 0 && ret < _PAM_RETURN_VALUES ? ret : PAM_ABORT]++;
	}
	return NULL;
}

static void authenticate_in_threads(void)
{
	unsigned int counts[THREADS_MAX][_PAM_RETURN_VALUES] = { 0 };
	pthread_t threads[THREADS_MAX] = { 0 };

	for (unsigned int t = 0; t < host.threads; t++)
		if (pthread_create(&threads[t], NULL, authenticate_often, counts[t]) != 0)
			errx(1, "pthread_create");
	for (unsigned int t = 0; t < host.threads; t++)
		pthread_join(threads[t], NULL);

	for (int code = 0; code < _PAM_RETURN_VALUES; code++) {
		unsigned int sum = 0;

		for (unsigned int t = 0; t < host.threads; t++)
			sum += counts[t][code];
		if (sum > 0)
			fprintf(host.out, "authenticate: %s %u\n", code_text(code), sum);
	}
}

static void answers_read(void)
{
	size_t size = 0;

	for (int a = 0; a < ANSWERS_MAX; a++) {
		ssize_t len = getline(&host.answers[a], &size, stdin);

		if (len < 0) {
			free(host.answers[a]);
			host.answers[a] = NULL;
			return;
		}
		if (len > 0 && host.answers[a][len - 1] == '\n')
			host.answers[a][len - 1] = '\0';
		size = 0;
	}
}

int main(int argc, char **argv)
{
	int option, out;

	while ((option = getopt(argc, argv, "r:t:p:n:j:a:U:skuc0fxieSloO")) != -1) {
		switch (option) {
		case 'r':
			host.rhost = optarg;
			break;
		case 't':
			host.tty = optarg;
			break;
		case 'p':
			host.variable = optarg;
			break;
		case 'n':
			host.times = (unsigned int)atoi(optarg);
			break;
		case 'j':
			host.threads = (unsigned int)atoi(optarg);
			break;
		case 'a': /* as sudo does, which asks three times */
			host.attempts = (unsigned int)atoi(optarg);
			break;
		case 's':
			host.flags = (int)PAM_SILENT;
			break;
		case 'k':
			host.credentials = true;
			break;
		case 'u':
			host.chauthtok = true;
			break;
		case 'o':
			host.session = true;
			break;
		case 'O':
			host.session = host.lingering = true;
			break;
		case 'U':
			host.target = optarg;
			break;
		case 'c':
			host.compare = true;
			break;
		case '0':
			host.closed = true;
			break;
		case 'f':
			host.exhausted = true;
			break;
		case 'x':
			host.filtered = true;
			break;
		case 'i':
			host.ignoring = true;
			break;
		case 'e':
			host.items = true;
			break;
		case 'S':
			host.stopping = true;
			break;
		case 'l': /* as a host does that has translations of its own */
			if (setlocale(LC_ALL, "") == NULL)
				errx(1, "no such locale");
			break;
		default:
			return 2;
		}
	}
	if (argc - optind != 3 || host.threads > THREADS_MAX)
		errx(2, "usage: drive [OPTION...] CONFDIR SERVICE USER");
	host.confdir = argv[optind];
	host.service = argv[optind + 1];
	host.user = argv[optind + 2];

	out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10); /* outlives -0 */
	host.out = out < 0 ? NULL : fdopen(out, "w");
	if (host.out == NULL)
		err(1, "stdout");
	answers_read();

	if (host.threads > 1 || host.times > 1)
		authenticate_in_threads();
	else
		fprintf(host.out, "authenticate: %s\n", code_text(authenticate(true)));
	fflush(host.out);

	for (int a = 0; a < ANSWERS_MAX; a++)
		free(host.answers[a]);
	if (host.filtered || host.exhausted) /* without what runs at exit */
		_exit(0);
	return 0;
}
