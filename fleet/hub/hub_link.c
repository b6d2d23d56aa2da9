/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connecting to the hub by libpq in a loop of sd-event; batches in pipeline mode. */
#include "fleet/hub/hub_link.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "fleet/base/pause.h"
#include "fleet/base/shown.h"
#include "fleet/hub/conninfo.h"
#include "fleet/hub/hub_files.h"

#define PAUSE_MIN_US (UINT64_C(1) * 1000 * 1000)
#define PAUSE_MAX_US (UINT64_C(30) * 1000 * 1000)
#define CONNECT_US (UINT64_C(20) * 1000 * 1000)
#define ANSWER_US (UINT64_C(90) * 1000 * 1000) /* later than the server's own limit */

enum hub_phase {
	HUB_AWAY,
	HUB_CONNECTING,
	HUB_UP,
};

struct hub {
	sd_event *event;
	struct hub_listener listener;
	char *text, *role; /* NULL: none */
	struct conninfo conninfo;
	PGconn *connection;
	enum hub_phase phase;
	int fd; /* of the connection; libpq's */
	sd_event_source *io, *retry, *late;
	struct pause pause;
	/* The batch under way. */
	hub_answer_fn fn;
	void *userdata;
	size_t n, done; /* statements, and of how many the results have come */
	struct {
		int columns, rows;
	} expected[HUB_STATEMENTS_MAX];
	bool commit, synced, broken; /* broken: what came is no answer to it */
	struct hub_answer answer;
	char *why; /* of the answer; owned */
	char state[6];
};

int64_t hub_number(const PGresult *result, int row, int column)
{
	uint64_t bytes = 0;

	if (PQgetlength(result, row, column) == sizeof(bytes))
		memcpy(&bytes, PQgetvalue(result, row, column), sizeof(bytes));
	return (int64_t)be64toh(bytes);
}

bool hub_bool(const PGresult *result, int row, int column)
{
	return PQgetlength(result, row, column) == 1 && *PQgetvalue(result, row, column) == 1;
}

const char *hub_text(const PGresult *result, int row, int column)
{
	return PQgetvalue(result, row, column);
}

const uint8_t *hub_bytes(const PGresult *result, int row, int column, size_t *ret_len)
{
	*ret_len = (size_t)PQgetlength(result, row, column);
	return (const uint8_t *)PQgetvalue(result, row, column);
}

static void clear_answer(struct hub *hub)
{
	for (size_t i = 0; i < HUB_STATEMENTS_MAX; i++) {
		PQclear(hub->answer.results[i]);
		hub->answer.results[i] = NULL;
	}
	free(hub->why);
	hub->why = NULL;
	hub->answer.why = NULL;
	hub->answer.state = "";
}

/* What libpq says ends in a newline, and may have several lines; what the hub says, anything. */
static char *one_line(const char *text)
{
	const size_t size = strlen(text) + 1;
	char *line = malloc(size);

	if (!line)
		return NULL;
	shown_ascii(line, size, text);
	for (size_t i = 0; line[i]; i++)
		if (text[i] == '\n')
			line[i] = ' ';
	for (size_t len = strlen(line); len > 0 && line[len - 1] == ' '; len--)
		line[len - 1] = '\0';
	return line;
}

static void fail_answer(struct hub *hub, const char *why, const char *state)
{
	if (hub->answer.why)
		return;
	hub->why = one_line(why);
	hub->answer.why = hub->why ? hub->why : "out of memory";
	(void)strncpy(hub->state, state ? state : "", sizeof(hub->state) - 1);
	hub->answer.state = hub->state;
}

/* Hands the answer out, and is ready for the next batch, which fn may begin. */
static void end_batch(struct hub *hub)
{
	hub_answer_fn fn = hub->fn;
	struct hub_answer answer = hub->answer;
	char state[6];
	char *why;

	if (!fn)
		return;
	why = TAKE(hub->why);
	memcpy(state, hub->state, sizeof(state));
	if (answer.why)
		answer.state = state;
	memset(&hub->answer, 0, sizeof(hub->answer));
	hub->answer.state = "";
	hub->fn = NULL;
	(void)sd_event_source_set_enabled(hub->late, SD_EVENT_OFF);
	if (!answer.why)
		pause_reset(&hub->pause);
	fn(&answer, hub->userdata);
	for (size_t i = 0; i < HUB_STATEMENTS_MAX; i++)
		PQclear(answer.results[i]);
	free(why);
}

static void disconnect(struct hub *hub)
{
	hub->io = sd_event_source_disable_unref(hub->io);
	PQfinish(hub->connection);
	hub->connection = NULL;
	hub->phase = HUB_AWAY;
	(void)sd_event_source_set_enabled(hub->late, SD_EVENT_OFF);
}

/* text: may be the connection's own, which ends here. */
static void lose(struct hub *hub, const char *text)
{
	cleanup_free char *why = one_line(text);

	disconnect(hub);
	fail_answer(hub, why ? why : "out of memory", "");
	end_batch(hub);
	clear_answer(hub);
	hub->listener.down(why ? why : "out of memory", hub->listener.userdata);
	if (!hub->text)
		return;
	(void)sd_event_source_set_time_relative(hub->retry, pause_take(&hub->pause));
	(void)sd_event_source_set_enabled(hub->retry, SD_EVENT_ONESHOT);
}

static void lose_as_libpq_says(struct hub *hub)
{
	const char *why = PQerrorMessage(hub->connection);

	lose(hub, why[0] ? why : "the connection was lost");
}

static void limit_time(struct hub *hub, uint64_t us)
{
	(void)sd_event_source_set_time_relative(hub->late, us);
	(void)sd_event_source_set_enabled(hub->late, SD_EVENT_ONESHOT);
}

/* --- batches --------------------------------------------------------------------------------- */

/* Sends what the socket takes.  False: the connection was lost. */
static bool flush(struct hub *hub)
{
	const int r = PQflush(hub->connection);

	if (r < 0 ||
		sd_event_source_set_io_events(hub->io, r > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN) < 0) {
		lose_as_libpq_says(hub);
		return false;
	}
	return true;
}

static int count_values(const struct hub_statement *statement)
{
	int n = 0;

	while (n < HUB_VALUES_MAX && statement->values[n])
		n++;
	return n;
}

static bool send_statements(PGconn *connection, const struct hub_statement *statements, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (PQsendQueryParams(connection, statements[i].sql, count_values(&statements[i]),
			    NULL, statements[i].values, NULL, NULL, 1) != 1)
			return false;
	return true;
}

void hub_run(struct hub *hub, const struct hub_statement *statements, size_t n, bool commit,
	hub_answer_fn fn, void *userdata)
{
	hub->fn = fn;
	hub->userdata = userdata;
	hub->n = n;
	hub->done = 0;
	hub->commit = commit;
	hub->synced = hub->broken = false;
	for (size_t i = 0; i < n && i < HUB_STATEMENTS_MAX; i++) {
		hub->expected[i].columns = statements[i].columns;
		hub->expected[i].rows = statements[i].rows;
	}
	clear_answer(hub);
	limit_time(hub, ANSWER_US);
	/* What fails here ends the batch a moment later, as the limit of its time would. */
	if (hub->phase != HUB_UP || n > HUB_STATEMENTS_MAX ||
		!send_statements(hub->connection, statements, n) ||
		(commit ? PQpipelineSync(hub->connection) : PQsendFlushRequest(hub->connection)) !=
			1)
		limit_time(hub, 0);
	else
		(void)sd_event_source_set_io_events(hub->io, EPOLLIN | EPOLLOUT);
}

/* A hub that is hostile may send anything; what reads results relies on their form, and has room
 * for so many rows. */
static bool is_as_expected(const struct hub *hub, size_t i)
{
	const PGresult *result = hub->answer.results[i];
	const int rows = hub->expected[i].rows;

	if (!result || PQnfields(result) != hub->expected[i].columns)
		return false;
	return rows < 0 ? PQntuples(result) <= -rows : PQntuples(result) == rows;
}

static void take_result(struct hub *hub, PGresult *result)
{
	switch (PQresultStatus(result)) {
	case PGRES_PIPELINE_SYNC:
		hub->synced = true;
		break;
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
		if (hub->done < hub->n) {
			PQclear(hub->answer.results[hub->done]);
			hub->answer.results[hub->done] = result;
			return;
		}
		break;
	case PGRES_PIPELINE_ABORTED:
		break;
	case PGRES_FATAL_ERROR:
		fail_answer(hub, PQresultErrorMessage(result),
			PQresultErrorField(result, PG_DIAG_SQLSTATE));
		break;
	/* A copy would go on without end. */
	case PGRES_COPY_OUT:
	case PGRES_COPY_IN:
	case PGRES_COPY_BOTH:
	case PGRES_EMPTY_QUERY:
	case PGRES_BAD_RESPONSE:
	case PGRES_NONFATAL_ERROR:
	case PGRES_SINGLE_TUPLE:
	default:
		hub->broken = true;
	}
	PQclear(result);
}

/* Takes what has come.  True: that was the last of the batch. */
static bool take_results(struct hub *hub)
{
	while (hub->fn && !PQisBusy(hub->connection)) {
		PGresult *result = PQgetResult(hub->connection);

		if (result) {
			take_result(hub, result);
			if (hub->synced || hub->broken)
				return true;
		} else if (hub->done <= hub->n) {
			/* After the results of each statement, and of a commit that has failed. */
			hub->done++;
			if (!hub->commit && hub->done == hub->n)
				return true;
		} else {
			return false;
		}
	}
	return false;
}

/* All results of a batch that has not failed have their form. */
static bool is_answered(const struct hub *hub)
{
	if (hub->broken)
		return false;
	for (size_t i = 0; i < hub->n && !hub->answer.why; i++)
		if (!is_as_expected(hub, i))
			return false;
	return true;
}

static void tell_notifications(struct hub *hub)
{
	PGnotify *notification;

	while (hub->phase == HUB_UP && (notification = PQnotifies(hub->connection))) {
		hub->listener.notified(
			notification->relname, notification->extra, hub->listener.userdata);
		PQfreemem(notification);
	}
}

static void go_on(struct hub *hub)
{
	if (PQconsumeInput(hub->connection) != 1) {
		lose_as_libpq_says(hub);
		return;
	}
	if (!flush(hub))
		return;
	if (take_results(hub)) {
		/* Of what is not committed, nothing can be taken back but with the connection. */
		if (!is_answered(hub))
			lose(hub, "it does not answer as a hub does");
		else if (hub->answer.why && !hub->commit)
			lose(hub, hub->why ? hub->why : "out of memory");
		else
			end_batch(hub);
	}
	tell_notifications(hub);
	if (hub->phase == HUB_UP && PQstatus(hub->connection) == CONNECTION_BAD)
		lose_as_libpq_says(hub);
}

/* --- connecting ------------------------------------------------------------------------------ */

static void be_up(struct hub *hub)
{
	if (PQsetnonblocking(hub->connection, 1) != 0 ||
		PQenterPipelineMode(hub->connection) != 1) {
		lose_as_libpq_says(hub);
		return;
	}
	(void)sd_event_source_set_enabled(hub->late, SD_EVENT_OFF);
	hub->phase = HUB_UP;
	hub->listener.up(hub->listener.userdata);
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata);

/* libpq may take another socket at each step. */
static int watch(struct hub *hub, uint32_t events)
{
	hub->io = sd_event_source_disable_unref(hub->io);
	hub->fd = PQsocket(hub->connection);
	return sd_event_add_io(hub->event, &hub->io, hub->fd, events, on_io, hub);
}

static void poll_connection(struct hub *hub)
{
	const PostgresPollingStatusType status = PQconnectPoll(hub->connection);
	int r = 0;

	if (status == PGRES_POLLING_READING)
		r = watch(hub, EPOLLIN);
	else if (status == PGRES_POLLING_WRITING)
		r = watch(hub, EPOLLOUT);
	else if (status == PGRES_POLLING_OK && (r = watch(hub, EPOLLIN)) >= 0)
		be_up(hub);
	else if (r >= 0)
		lose_as_libpq_says(hub);
	if (r < 0)
		lose(hub, strerror(-r));
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct hub *hub = userdata;

	(void)source;
	(void)fd;
	(void)revents;
	if (hub->phase == HUB_CONNECTING)
		poll_connection(hub);
	else
		go_on(hub);
	return 0;
}

static int on_late(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct hub *hub = userdata;

	(void)source;
	(void)usec;
	if (hub->connection && PQerrorMessage(hub->connection)[0])
		lose_as_libpq_says(hub);
	else
		lose(hub, "it does not answer");
	return 0;
}

static void on_notice(void *userdata, const PGresult *result)
{
	(void)userdata;
	(void)result;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct hub *hub = userdata;
	cleanup_free char *why = hub_files_problem(&hub->conninfo);
	int r;

	(void)source;
	(void)usec;
	if (why) {
		lose(hub, why);
		return 0;
	}
	hub->connection = PQconnectStartParams(hub->conninfo.keywords, hub->conninfo.values, 0);
	if (!hub->connection || PQstatus(hub->connection) == CONNECTION_BAD) {
		lose_as_libpq_says(hub);
		return 0;
	}
	(void)PQsetNoticeReceiver(hub->connection, on_notice, NULL);
	hub->phase = HUB_CONNECTING;
	limit_time(hub, CONNECT_US);
	r = watch(hub, EPOLLOUT);
	if (r < 0)
		lose(hub, strerror(-r));
	return 0;
}

bool hub_is_up(const struct hub *hub)
{
	return hub->phase == HUB_UP;
}

void hub_reset(struct hub *hub, const char *why)
{
	if (hub->phase != HUB_AWAY)
		lose(hub, why);
}

static bool same(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

/* Ends what there is, and forgets the conninfo. */
static void forget(struct hub *hub)
{
	free(TAKE(hub->text));
	free(TAKE(hub->role));
	(void)sd_event_source_set_enabled(hub->retry, SD_EVENT_OFF);
	hub_reset(hub, "another hub is set");
	conninfo_clear(&hub->conninfo);
}

int hub_use(struct hub *hub, const char *conninfo, const char *role)
{
	cleanup_free char *why = NULL;

	if (same(hub->text, conninfo) && same(hub->role, role))
		return 0;
	forget(hub);
	if (conninfo[0] == '\0')
		return 0;
	hub->text = strdup(conninfo);
	hub->role = strdup(role);
	if (!hub->text || !hub->role)
		return -ENOMEM;
	if (!conninfo_read(hub->text, hub->role, &hub->conninfo, &why)) {
		hub->listener.down(why ? why : "out of memory", hub->listener.userdata);
		return 0;
	}
	pause_reset(&hub->pause);
	(void)sd_event_source_set_time_relative(hub->retry, 0);
	return sd_event_source_set_enabled(hub->retry, SD_EVENT_ONESHOT);
}

void hub_free(struct hub *hub)
{
	if (!hub)
		return;
	disconnect(hub);
	fail_answer(hub, "patd-fleet ends", "");
	end_batch(hub);
	clear_answer(hub);
	sd_event_source_disable_unref(hub->retry);
	sd_event_source_disable_unref(hub->late);
	sd_event_unref(hub->event);
	conninfo_clear(&hub->conninfo);
	free(hub->text);
	free(hub->role);
	free(hub);
}

DEFINE_CLEANUP(hub_free, hub)

int hub_new(sd_event *event, const struct hub_listener *listener, struct hub **ret_hub)
{
	cleanup_with(hub_free) struct hub *hub = calloc(1, sizeof(*hub));
	int r;

	if (!hub)
		return -ENOMEM;
	hub->event = sd_event_ref(event);
	hub->listener = *listener;
	hub->answer.state = "";
	hub->pause = (struct pause) { .min_us = PAUSE_MIN_US, .max_us = PAUSE_MAX_US };
	if ((r = sd_event_add_time_relative(
		     event, &hub->retry, CLOCK_MONOTONIC, 0, 1000, on_retry, hub)) < 0 ||
		(r = sd_event_source_set_enabled(hub->retry, SD_EVENT_OFF)) < 0 ||
		(r = sd_event_add_time_relative(
			 event, &hub->late, CLOCK_MONOTONIC, 0, 1000, on_late, hub)) < 0 ||
		(r = sd_event_source_set_enabled(hub->late, SD_EVENT_OFF)) < 0)
		return r;
	*ret_hub = TAKE(hub);
	return 0;
}
