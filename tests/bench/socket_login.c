/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One question to a socket, and the least that can answer it. */
#include "tests/bench/socket_login.h"

#include <err.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/figures.h"

struct sockaddr_un ask_path(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		errx(1, "%s is too long", path);
	strcpy(address.sun_path, path);
	return address;
}

struct sockaddr_un ask_address(const char *folder, const char *name)
{
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path) + 1];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return ask_path(path);
}

void ask_read_token(struct pat_request *request, const char *user)
{
	const struct passwd *pw = getpwnam(user);
	char *token = NULL;
	size_t size = 0;
	ssize_t len = getline(&token, &size, stdin);
	struct pat_id id;

	if (len > 0 && token[len - 1] == '\n')
		token[len - 1] = '\0';
	if (pw == NULL || len <= 0 || !pat_token_parse(token, &id))
		errx(1, "no such user, or no token");

	*request = (struct pat_request) { .magic = PAT_REQUEST_MAGIC, .uid = pw->pw_uid };
	pat_token_digest(token, strlen(token), &request->digest);
	pat_field_cut(request->id, sizeof(request->id), id.text);
	pat_field_cut(request->user, sizeof(request->user), user);
	pat_field_cut(request->service, sizeof(request->service), "bench");
	free(token);
}

int64_t ask(const struct sockaddr_un *at, const struct pat_request *request,
	struct pat_reply *ret_reply)
{
	int64_t start = figures_now();
	ssize_t n;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 ||
		send(fd, request, sizeof(*request), MSG_NOSIGNAL) < 0)
		err(1, "%s", at->sun_path);
	n = recv(fd, ret_reply, sizeof(*ret_reply), 0);
	close(fd);
	if (n < 0 || !pat_reply_check(ret_reply, (size_t)n))
		*ret_reply = (struct pat_reply) { .verdict = PAT_FAILED };
	return figures_now() - start;
}

int64_t ask_accepted(const struct sockaddr_un *at, const struct pat_request *request)
{
	struct pat_reply reply;
	int64_t time = ask(at, request, &reply);

	if (reply.verdict != PAT_ACCEPTED)
		errx(1, "%s: not accepted", at->sun_path);
	return time;
}

static void echo(int listener)
{
	const struct pat_reply reply = { .magic = PAT_REPLY_MAGIC, .verdict = PAT_ACCEPTED };
	struct pat_request request;

	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0 || recv(fd, &request, sizeof(request), 0) < 0 ||
			send(fd, &reply, sizeof(reply), MSG_NOSIGNAL) < 0)
			err(1, "echo");
		close(fd);
	}
}

pid_t echo_start(const struct sockaddr_un *at)
{
	int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	pid_t pid;

	if (listener < 0 || bind(listener, (const struct sockaddr *)at, sizeof(*at)) < 0 ||
		listen(listener, 64) < 0)
		err(1, "%s", at->sun_path);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		echo(listener);
	}
	close(listener);
	return pid;
}
