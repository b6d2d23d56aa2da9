/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The history entries of tokens, merged. */
#include "patctl/verbs/history_query.h"

#include <stdlib.h>

#include "patctl/base/text.h"

/* The entries of one token, or of all that pass the filter. */
struct stream {
	struct client_history_filter filter;
	struct records entries; /* one page; those before at were returned */
	size_t at;
	char *cursor;
	bool begun;
};

struct history {
	struct client *client;
	struct stream *streams;
	size_t n;
	uint32_t page;
};

struct history *history_new(struct client *client, const struct client_history_filter *filter,
	const struct pat_id *tokens, size_t n, uint32_t page)
{
	struct history *history = must_alloc(calloc(1, sizeof(*history)));

	history->client = client;
	history->n = n > 0 ? n : 1;
	history->page = page;
	history->streams = must_alloc(calloc(history->n, sizeof(*history->streams)));
	for (size_t i = 0; i < history->n; i++) {
		history->streams[i].filter = *filter;
		if (n > 0)
			history->streams[i].filter.token = tokens[i].text;
	}
	return history;
}

void history_free(struct history **history)
{
	if (!*history)
		return;
	for (size_t i = 0; i < (*history)->n; i++) {
		records_clear(&(*history)->streams[i].entries);
		free((*history)->streams[i].cursor);
	}
	free((*history)->streams);
	free(*history);
	*history = NULL;
}

/* Whether all entries of the page were returned. */
static bool is_empty(const struct stream *stream)
{
	return stream->at >= stream->entries.n;
}

/* The next entry of a stream that is not empty. */
static const struct entry_row *head(const struct stream *stream)
{
	return (const struct entry_row *)stream->entries.items + stream->at;
}

/* Reads pages until the stream is not empty, or at its end. */
static bool fill(struct history *history, struct stream *stream, DBusError *error)
{
	while (is_empty(stream) && (stream->cursor || !stream->begun)) {
		stream->begun = true;
		stream->entries.n = stream->at = 0;
		if (!client_history(history->client, &stream->filter, history->page,
			    &stream->cursor, &stream->entries, error))
			return false;
	}
	return true;
}

static bool is_before(const struct stream *a, const struct stream *b)
{
	return a->filter.reverse ? head(a)->seq > head(b)->seq : head(a)->seq < head(b)->seq;
}

const struct entry_row *history_next(struct history *history, DBusError *error)
{
	struct stream *first = NULL;

	for (size_t i = 0; i < history->n; i++) {
		struct stream *stream = &history->streams[i];

		if (!fill(history, stream, error))
			return NULL;
		if (!is_empty(stream) && (!first || is_before(stream, first)))
			first = stream;
	}
	return first ? (const struct entry_row *)first->entries.items + first->at++ : NULL;
}
