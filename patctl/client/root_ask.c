/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One request over root.sock, and what patd answers. */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "patctl/client/client_call.h"
#include "patctl/client/root.h"

bool root_ask(struct client *client, struct request *request, struct records *rows,
	struct client_answer *ret, DBusError *error)
{
	const uint32_t kind = request->head.kind;
	const int limit = client->progress ? ROOT_NO_LIMIT : client->limit;
	const struct answer *answer = &client->root->answer;
	cleanup_close int passed = -1;
	struct answer_progress progress;
	size_t len;

	if (!root_send(client->root, request, error))
		return false;
	while (root_receive(client->root, kind, limit, &passed, &len, error)) {
		const size_t size = len - sizeof(answer->head);

		switch (answer->head.kind) {
		case ANSWER_ROWS:
			if (!rows ||
				!records_read_rows(rows, answer->body, size, answer->head.rows))
				return answer_malformed(request_word(kind), error);
			break;
		case ANSWER_PROGRESS:
			memcpy(&progress, answer->body, sizeof(progress));
			if (client->progress)
				progress_show(client->progress, progress.done, progress.total);
			break;
		case ANSWER_REFUSED:
			return root_refused(answer, error);
		default: /* ANSWER_DONE */
			memcpy(ret, answer->body, size);
			ret->fd = take_fd(&passed);
			return true;
		}
	}
	return false;
}
