/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions that are to be ended, and the three calls of systemd-logind that end one. */
#include "front/bus/logind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "front/bus/bus_message.h"
#include "patd/util/log.h"

#define LOGIND "org.freedesktop.login1"
#define LOGIND_PATH "/org/freedesktop/login1"
#define LOGIND_MANAGER LOGIND ".Manager"
#define LOGIND_SESSION LOGIND ".Session"

#define UNDER_WAY_MAX 16U /* sessions */
#define ENDINGS_MAX 8192U /* twice as many as patd keeps sessions */
#define TIMEOUT_MS 10000  /* for each call: polkit may run a program */

/* A session that is to be ended. */
struct ending {
	TAILQ_ENTRY(ending) next;
	struct logind *logind;
	uint64_t number; /* of the session, as patd counts them */
	uint32_t pid;
	char id[sizeof(((struct session_row *)0)->logind)]; /* "": not known */
	unsigned int step;
	DBusPendingCall *pending; /* NULL: it waits for its turn */
	char *path;               /* of logind's object; NULL: not known yet */
};

TAILQ_HEAD(endings, ending);

struct logind {
	DBusConnection *connection;
	struct endings endings; /* those under way first */
	unsigned int n, under_way;
	const char *reported; /* the failure that was logged last, since one was ended */
};

/* By its id, which no other has, where that is known: a pid may be another process's by now. */
static DBusMessage *find_session(const struct ending *ending)
{
	const bool known = ending->id[0] != '\0';
	const char *id = ending->id;
	dbus_uint32_t pid = ending->pid;
	DBusMessage *question = dbus_message_new_method_call(
		LOGIND, LOGIND_PATH, LOGIND_MANAGER, known ? "GetSession" : "GetSessionByPID");
	bool added = false;

	if (!question)
		return NULL;
	if (known)
		added = dbus_message_append_args(
			question, DBUS_TYPE_STRING, &id, DBUS_TYPE_INVALID);
	else
		added = dbus_message_append_args(
			question, DBUS_TYPE_UINT32, &pid, DBUS_TYPE_INVALID);
	if (!added)
		message_free(&question);
	return question;
}

static bool take_session(struct ending *ending, DBusMessage *reply)
{
	const char *path;

	if (!dbus_message_get_args(reply, NULL, DBUS_TYPE_OBJECT_PATH, &path, DBUS_TYPE_INVALID))
		return false;
	ending->path = strdup(path);
	return ending->path;
}

static DBusMessage *find_leader(const struct ending *ending)
{
	const char *interface = LOGIND_SESSION, *property = "Leader";
	DBusMessage *question = dbus_message_new_method_call(
		LOGIND, ending->path, DBUS_INTERFACE_PROPERTIES, "Get");

	if (question && !dbus_message_append_args(question, DBUS_TYPE_STRING, &interface,
				DBUS_TYPE_STRING, &property, DBUS_TYPE_INVALID))
		message_free(&question);
	return question;
}

/* Another leads it: the process is within a session that something else has opened. */
static bool leads(struct ending *ending, DBusMessage *reply)
{
	DBusMessageIter at, variant;
	dbus_uint32_t leader = 0;

	if (!dbus_message_has_signature(reply, "v") || !dbus_message_iter_init(reply, &at))
		return false;
	dbus_message_iter_recurse(&at, &variant);
	if (dbus_message_iter_get_arg_type(&variant) != DBUS_TYPE_UINT32)
		return false;
	dbus_message_iter_get_basic(&variant, &leader);
	return leader == ending->pid;
}

static DBusMessage *terminate(const struct ending *ending)
{
	return dbus_message_new_method_call(LOGIND, ending->path, LOGIND_SESSION, "Terminate");
}

static bool take_end(struct ending *ending, DBusMessage *reply)
{
	(void)reply;
	ending->logind->reported = NULL;
	return true;
}

static const struct step {
	DBusMessage *(*question)(const struct ending *ending);   /* NULL: out of memory */
	bool (*take)(struct ending *ending, DBusMessage *reply); /* whether the next step follows */
} steps[] = {
	{ find_session, take_session },
	{ find_leader, leads },
	{ terminate, take_end },
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

static const char denied[] = "systemd-logind does not let patd-bus end sessions: "
			     "is polkit running, and does it have patd.rules?";

/* What logind, polkit or the bus say; NULL: there is no such session any more, or there was none.
 */
static const struct {
	const char *error, *meaning;
} failures[] = {
	{ LOGIND ".NoSessionForPID", NULL },
	{ LOGIND ".NoSuchSession", NULL },
	{ DBUS_ERROR_UNKNOWN_OBJECT, NULL },
	{ DBUS_ERROR_UNIX_PROCESS_ID_UNKNOWN, NULL },
	{ "System.Error.ESRCH", NULL },
	{ DBUS_ERROR_ACCESS_DENIED, denied },
	{ DBUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED, denied },
	{ DBUS_ERROR_SERVICE_UNKNOWN, "no session is ended: systemd-logind is not running" },
	{ DBUS_ERROR_NO_REPLY, "no session is ended: systemd-logind does not answer" },
};

static const char *meaning_of(const char *error)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (strcmp(failures[i].error, error) == 0)
			return failures[i].meaning;
	return "no session is ended: systemd-logind refused, or cannot be asked";
}

/* Once for many sessions, which would fail alike. */
static void report(struct logind *logind, DBusMessage *reply)
{
	const char *error = dbus_message_get_error_name(reply);
	const char *meaning = meaning_of(error);

	if (meaning && meaning != logind->reported)
		log_warning("%s (%s)", meaning, error);
	if (meaning)
		logind->reported = meaning;
}

/* It has no call under way any more, and begins from the start when it has its turn again. */
static void put_back(struct ending *ending)
{
	free(ending->path);
	ending->path = NULL;
	ending->step = 0;
	ending->logind->under_way--;
}

static void remove_ending(struct ending *ending)
{
	struct logind *logind = ending->logind;

	TAILQ_REMOVE(&logind->endings, ending, next);
	logind->n--;
	free(ending->path);
	free(ending);
}

static bool ask(struct ending *ending);
static void ask_more(struct logind *logind);

static void on_answer(DBusPendingCall *pending, void *userdata)
{
	struct ending *ending = userdata;
	struct logind *logind = ending->logind;
	cleanup_message DBusMessage *reply = message_take_answer(&ending->pending);
	bool more = false;

	(void)pending;
	if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_ERROR)
		report(logind, reply);
	else
		more = steps[ending->step].take(ending, reply) && ++ending->step < STEPS;
	if (more) {
		if (!ask(ending))
			put_back(ending);
		return;
	}
	logind->under_way--;
	remove_ending(ending);
	ask_more(logind);
}

static bool ask(struct ending *ending)
{
	return message_ask(ending->logind->connection, steps[ending->step].question(ending),
		TIMEOUT_MS, on_answer, ending, &ending->pending);
}

/* What cannot be asked stays where it is: the connection ends, or memory is short. */
static void ask_more(struct logind *logind)
{
	struct ending *ending;

	if (!logind->connection)
		return;
	TAILQ_FOREACH(ending, &logind->endings, next) {
		if (logind->under_way >= UNDER_WAY_MAX)
			return;
		if (ending->pending)
			continue;
		if (!ask(ending))
			return;
		logind->under_way++;
	}
}

static bool is_queued(const struct logind *logind, uint64_t number)
{
	const struct ending *ending = TAILQ_FIRST(&logind->endings);

	while (ending && ending->number != number)
		ending = TAILQ_NEXT(ending, next);
	return ending != NULL;
}

void logind_end_session(struct logind *logind, const struct session_row *session)
{
	struct ending *ending;

	/* Who orders it again and again has no more places than sessions. */
	if (is_queued(logind, session->number))
		return;
	ending = logind->n < ENDINGS_MAX ? calloc(1, sizeof(*ending)) : NULL;
	if (!ending) {
		log_error("a session is not ended: there are too many, or there is no memory");
		return;
	}
	ending->logind = logind;
	ending->number = session->number;
	ending->pid = session->pid;
	pat_field_cut(ending->id, sizeof(ending->id), session->logind);
	TAILQ_INSERT_TAIL(&logind->endings, ending, next);
	logind->n++;
	ask_more(logind);
}

void logind_attach(struct logind *logind, DBusConnection *connection)
{
	struct ending *ending;

	logind->connection = connection;
	TAILQ_FOREACH(ending, &logind->endings, next)
		if (ending->pending) {
			message_end_question(&ending->pending);
			put_back(ending);
		}
	ask_more(logind);
}

void logind_forget(struct logind *logind)
{
	struct ending *next;

	for (struct ending *ending = TAILQ_FIRST(&logind->endings); ending; ending = next) {
		next = TAILQ_NEXT(ending, next);
		if (!ending->pending)
			remove_ending(ending);
	}
}

void logind_free(struct logind *logind)
{
	if (!logind)
		return;
	logind_attach(logind, NULL);
	logind_forget(logind);
	free(logind);
}

int logind_new(struct logind **ret_logind)
{
	struct logind *logind = calloc(1, sizeof(*logind));

	if (!logind)
		return -ENOMEM;
	TAILQ_INIT(&logind->endings);
	*ret_logind = logind;
	return 0;
}
