/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Requests of any content, over front.sock, to a server with a few tokens: each is answered with
 * what is an answer to it, or its connection is closed.
 *
 * A request is a kind, who asks, which options are given (4 bytes), and how many bytes of its part
 * follow (2 bytes); the rest of the part is zeros.
 */
#include "common/cleanup.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/patd/requests/requests_world.h"

#define REQUESTS_MAX 8

static struct requests_world *w;
static const struct caller *const callers[] = { &alice, &bob, &root };

static void take_away(void)
{
	void *state = w;

	(void)requests_tear_down(&state);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	void *state;

	(void)argc;
	(void)argv;
	(void)requests_set_up(&state);
	w = state;
	(void)world_generate(&w->world, &alice, "laptop");
	(void)world_generate(&w->world, &bob, "phone");
	return atexit(take_away);
}

static void set_given(struct request *request, uint32_t given)
{
	switch (request->head.kind) {
	case REQUEST_REVOKE:
		request->revoke.given = given;
		break;
	case REQUEST_ROTATE:
		request->rotate.given = given;
		break;
	case REQUEST_SET:
		request->set.given = given;
		break;
	case REQUEST_REVOKE_ALL:
		request->revoke_all.given = given;
		break;
	case REQUEST_LIST:
	case REQUEST_MAY_GENERATE:
	case REQUEST_GENERATE:
	case REQUEST_DISABLE:
	case REQUEST_ENABLE:
	case REQUEST_CHECK:
	case REQUEST_HISTORY:
	case REQUEST_FOLLOW:
		request->list.given = given;
		break;
	default:
		break;
	}
}

/* False: there is none any more. */
static bool take_request(struct fuzz_bytes *bytes, struct request *ret_request)
{
	const uint8_t kind = fuzz_byte(bytes), who = fuzz_byte(bytes);
	const uint32_t given = (uint32_t)fuzz_number(bytes, 4);
	size_t len = (size_t)fuzz_number(bytes, 2);
	char *part;

	if (bytes->left == 0)
		return false;
	*ret_request = request_of(
		w, (enum request_kind)(kind % REQUEST_KINDS), callers[who % COUNT(callers)]);
	ret_request->head.caller.granted = who / 4U;
	part = (char *)ret_request + sizeof(ret_request->head);
	for (size_t i = 0; len > 0 && i < sizeof(*ret_request) - sizeof(ret_request->head);
		i++, len--)
		part[i] = (char)fuzz_byte(bytes);
	set_given(ret_request, given);
	return true;
}

/* Of events, and of one request after the other. */
static void read_answers(int fd, const uint32_t kinds[static REQUESTS_MAX], uint64_t first)
{
	static struct answer answer;
	int passed;
	ssize_t n;

	while ((n = packet_receive(fd, &answer, sizeof(answer), MSG_DONTWAIT, &passed)) > 0) {
		const uint64_t serial = answer.head.serial;

		assert_true(serial == 0 || (serial >= first && serial < first + REQUESTS_MAX));
		assert_true(answer_check(
			&answer, (size_t)n, serial == 0 ? REQUEST_KINDS : kinds[serial - first]));
		cleanup_close_fd(&passed);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes bytes = { data, size };
	static struct request request;
	uint32_t kinds[REQUESTS_MAX] = { 0 };
	const uint64_t first = w->serial + 1;
	int fd = connect_to(w, "front.sock");

	for (unsigned int i = 0; i < REQUESTS_MAX && take_request(&bytes, &request); i++) {
		kinds[i] = request.head.kind;
		if (packet_send(fd, &request, request_size(request.head.kind), -1, MSG_DONTWAIT) <
			0)
			break;
		turn(w);
		read_answers(fd, kinds, first);
	}
	close(fd);
	turn(w);
	logged_clear();
	return 0;
}
