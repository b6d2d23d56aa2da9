/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the jobs of the carrier share.
 *
 * A job begins when it is wanted and its turn has come.  It asks patd, or runs a batch at the hub,
 * and goes on in a function that gets the answer; carrier_done() ends its slice.  If the hub or
 * patd is lost, or the hub refuses a batch, the job has failed, and begins again after a pause that
 * grows. What it needs in between is in its own part of struct carrier, and all of it is bounded.
 */
#pragma once

#include <stdio.h>

#include "fleet/base/pause.h"
#include "fleet/carry/carrier.h"
#include "fleet/carry/repair_pace.h"
#include "fleet/hub/hub_link.h"
#include "fleet/local/patd_link.h"
#include "patd/util/turn.h"

#define CARRIER_ISSUERS_MAX 256U /* that one machine trusts */
#define CARRIER_ROWS 1024        /* of the hub, in a slice */
#define CARRIER_FEW 32           /* requests, or uses, in a slice */
#define CARRIER_WAITING 1024U    /* of either, to be sent */

#define TICK_US (UINT64_C(30) * 1000 * 1000)
#define USES_US (UINT64_C(2) * 1000 * 1000) /* twice, and the issuer knows */

/* In the order of their turns. */
enum job_kind {
	JOB_GREET, /* patd: who we are, and whom it trusts */
	JOB_ENTER, /* the hub: what it is, and to be woken by it */
	JOB_SEND_REVOCATIONS,
	JOB_TAKE_REVOCATIONS,
	JOB_PUBLISH,
	JOB_FETCH,
	JOB_SEND_USES,
	JOB_TAKE_USES,
	JOB_REPORT,
	JOBS
};

struct job {
	const char *name;
	bool (*wanted)(struct carrier *carrier);
	void (*begin)(struct carrier *carrier);
	/* The hub has refused a batch, for what is in it or not.  NULL: nothing to do. */
	void (*rejected)(struct carrier *carrier, bool contents);
	/* For a lock, say, that another holds.  NULL: as for what is not in the batch. */
	void (*kept_waiting)(struct carrier *carrier);
	bool without_hub; /* it can begin before JOB_ENTER has succeeded */
};

extern const struct job job_greet, job_enter, job_send_revocations, job_take_revocations,
	job_publish, job_fetch, job_send_uses, job_take_uses, job_report;

/* A row at the hub: rows are read in the order of their numbers, and those of one by their ids. */
struct row_place {
	uint64_t number;
	char id[16];
};

/* An issuer that this machine trusts. */
struct trusted {
	struct fleet_issuer state; /* as patd said last */
	bool listed;               /* in what patd says at the moment */
	bool news;                 /* the hub may have some */
	bool all;                  /* all is to be put, not before: */
	uint64_t all_at_us;
	struct pause pause; /* between putting all */
	/* What is put at the moment. */
	bool round, full;       /* it is under way; of all rows */
	struct row_place place; /* up to that row */
	bool lacking;           /* not even all rows that the hub has make it complete */
	bool told;              /* a refusal was logged */
};

/* Rows on their way from the hub to patd, in messages of up to FLEET_ROWS_MAX. */
struct putting {
	const char *issuer;
	PGresult *rows;
	int place, end; /* the first row of the message under way, and the one after its last */
	int alone;      /* those before that one go one by one: a message of them was refused */
	bool *told;     /* whether a refusal was logged */
	/* NULL, or why patd could not keep a row now, and will later; "": it did not happen. */
	char *put_off;
	void (*done)(struct carrier *carrier);
};

struct fetching {
	struct trusted *issuer;
	size_t turn; /* the issuer that is looked at first */
	PGresult *beat;
	bool some, last; /* there are rows; there are no more */
};

/* Where a host lacks rows, all that the hub has goes to patd first, which may lack something, and
 * then all of patd's to the hub.  It is done in pages, and what is new goes between them. */
enum publish_repair {
	PUBLISH_IN_ORDER,
	PUBLISH_READ, /* own rows go from the hub to patd */
	PUBLISH_ALL,  /* each row goes to the hub, which takes what differs */
};

struct publishing {
	bool wanted;
	bool checked;    /* else the hub is asked first what it has */
	bool caught_up;  /* since the connection it had no later rows than patd */
	uint64_t number; /* up to which the hub has our rows */
	uint64_t sent;   /* the same with the transaction under way */
	uint64_t none;   /* after it patd had no more up to this one */
	enum publish_repair repair;
	struct row_place read; /* up to that row they went to patd */
	struct row_place next; /* the same with those that are put now */
	bool read_last;        /* there are no more */
	bool has_read;         /* since the connection, or since patd took over, all were read */
	char put_off[sizeof(((struct fleet_refusal *)0)->why)]; /* see struct putting */
	uint64_t written; /* up to that one all went to the hub */
	bool rewritten;   /* a row at the hub was not what it should have been */
	struct repair_pace pace;
	/* With it all rows went there; and while it was the present one, patd saw the others. */
	char key[sizeof(((struct fleet_welcome *)0)->key)];
	char seen_key[sizeof(((struct fleet_welcome *)0)->key)];
	bool took; /* what the hub has after the number that is next */
	uint64_t took_after;
	bool told;
};

struct revocations {
	struct fleet_revocation waiting[CARRIER_WAITING];
	size_t n, n_sending;
	size_t alone; /* so many go one by one */
	bool lost;    /* one had no room: patd is to say all again */
	bool take_wanted;
	bool woken; /* since the first of them was looked at: there may be another before place */
	uint64_t place; /* those up to that number have been looked at */
	PGresult *taken;
	int next;
	uint64_t done[CARRIER_FEW]; /* numbers */
	size_t n_done;
	bool refused, told; /* one was, in this slice; and that was logged */
};

struct uses {
	struct fleet_use waiting[CARRIER_WAITING];
	size_t n, n_sending;
	size_t alone;
	uint64_t send_at_us, take_at_us;
	char host[FLEET_NAME_SIZE], id[16]; /* those up to them have been looked at */
	PGresult *taken;
	int next;
	int done[CARRIER_FEW]; /* rows of taken */
	size_t n_done;
	bool refused, told; /* as above */
};

struct reporting {
	bool wanted;
	bool connected;
	uint64_t since; /* seconds UTC */
	char error[FLEET_WHY_SIZE];
	bool told; /* the outage was logged */
	PGresult *hosts;
	int next;
};

struct carrier {
	sd_event *event;
	struct patd_link *link;
	struct hub *hub;
	struct claims *claims;
	struct turn turn;
	sd_event_source *tick, *alarm;
	uint64_t alarm_us; /* 0: it is not set */

	const struct job *const *table; /* of JOBS */
	enum job_kind kind;             /* the latest job */
	bool ends;                      /* the carrier itself */
	bool runs;                      /* it is under way */
	uint64_t begun_at;              /* the connection to the hub when it began */
	void (*on_answer)(struct carrier *carrier, const struct fleet_message *answer);
	uint32_t kinds;
	void (*on_results)(struct carrier *carrier, struct hub_answer *answer);
	void (*on_notified)(struct carrier *carrier);
	bool notifies;    /* what is run wakes others, and may fail */
	bool notify_told; /* that it does was logged */
	struct {
		struct pause pause;
		uint64_t not_before_us;
		bool told;
	} jobs[JOBS];

	bool greeted, greet_wanted;
	struct fleet_welcome self;
	uint32_t issuers_to_come;
	struct trusted *issuers; /* room for CARRIER_ISSUERS_MAX */
	size_t n_issuers;
	uint64_t connection; /* to the hub: how many there have been */
	bool entered;
	bool hears_requests; /* to revoke: it was an issuer when it entered */
	bool open;           /* what was run at the hub is not committed */

	struct putting putting;
	struct fetching fetching;
	struct publishing publishing;
	struct revocations revocations;
	struct uses uses;
	struct reporting reporting;
};

/* Monotonic. */
uint64_t carrier_now_us(const struct carrier *carrier);

/* patd or the hub may have changed without a word: each job looks. */
void carrier_look(struct carrier *carrier);

/* Jobs may be wanted that were not; or will be at that time. */
void carrier_wake(struct carrier *carrier);
void carrier_wake_at(struct carrier *carrier, uint64_t us);

/* The turn of the next job, and the alarm. */
void carrier_take_turn(void *userdata);
int carrier_on_alarm(sd_event_source *source, uint64_t usec, void *userdata);

/* No job runs, whatever has become of it. */
void carrier_end(struct carrier *carrier);

/* The job has ended its slice.  It begins again if it is still wanted. */
void carrier_done(struct carrier *carrier);

/* It cannot go on.  why is logged once, and reported; NULL: it has been. */
void carrier_failed(struct carrier *carrier, const char *why);

/*
 * Asks patd.  fn gets an answer of one of the kinds: a refusal only if the job expects it.  With
 * any other the job has failed, and fn is not called.
 */
void carrier_ask(struct carrier *carrier, size_t len, uint32_t kinds,
	void (*fn)(struct carrier *carrier, const struct fleet_message *answer));
#define KIND(kind) (UINT32_C(1) << (kind))

/*
 * Runs a batch at the hub.  Where that fails, the job has failed, and fn is not called.  So it has
 * if the connection is not the one that there was when it began: a transaction would lack what it
 * had before.
 */
void carrier_run(struct carrier *carrier, const struct hub_statement *statements, size_t n,
	bool commit, void (*fn)(struct carrier *carrier, struct hub_answer *answer));

/*
 * The first statement of a batch that is of the isolation "read committed": it sees what others
 * have written meanwhile, where it would fail by that, again and again for who wants it to.  Not in
 * the form SET TRANSACTION, which warns in a transaction that no BEGIN has begun.
 */
struct hub_statement carrier_read_committed(void);

/*
 * Wakes those who listen to the channel, in a transaction of its own: what was written before must
 * not fail by a queue of notifications that is full.  Whether it does or not, fn is called.
 */
void carrier_notify(struct carrier *carrier, const char *channel, const char *payload,
	void (*fn)(struct carrier *carrier));

/* Why patd refuses, or NULL: it does not. */
const struct fleet_refusal *carrier_refusal(const struct fleet_message *answer);

/* A result that the job keeps. */
PGresult *carrier_take(struct hub_answer *answer, size_t statement);
void carrier_drop(PGresult **result);

/*
 * Puts rows, whose owner it becomes: they have the columns of carrier_rows_sql.  What patd refuses
 * is left out.  put_off: see struct putting.
 */
void carrier_put_rows(struct carrier *carrier, const char *issuer, PGresult *rows, bool *told,
	char *put_off, void (*done)(struct carrier *carrier));

/* Bytes of text for a number, with its NUL. */
#define NUMBER_TEXT 21
const char *number_text(char text[static NUMBER_TEXT], uint64_t number);

/* What reads the first CARRIER_ROWS rows of an issuer after a place.  number: room for its text. */
struct hub_statement carrier_rows_after(
	const char *issuer, const struct row_place *place, char number[static NUMBER_TEXT]);

/* After all rows of that number; after the last of some rows. */
struct row_place row_place_after_number(uint64_t number);
struct row_place row_place_after_rows(const PGresult *rows);

/* Of a page that is not after the one before, a hub would give the same again, without an end. */
bool row_place_is_after(const struct row_place *place, const struct row_place *other);

/* An array as PostgreSQL reads it. */
struct array {
	FILE *file;
	char *text; /* owned; after array_end() */
	size_t len;
	bool some;
};

/* Without memory the text is NULL at the end. */
void array_begin(struct array *array);
void array_add(struct array *array, const char *text);
void array_add_number(struct array *array, uint64_t number);
void array_add_hex(struct array *array, const uint8_t *bytes, size_t len);
const char *array_end(struct array *array);

/* What the hub has is not known any more: a repair begins anew. */
void publish_restart(struct carrier *carrier);

/* The hub is to be asked whether it is in order, and gets a heartbeat. */
void publish_check(struct carrier *carrier);

/*
 * The hub is about to be asked, or that has not failed.  An issuer that was restored from a backup
 * then takes over what it has signed, before it changes a token that it may have changed already.
 */
bool publish_comes_first(const struct carrier *carrier);

/* A host says that it lacks rows.  Anybody can, so it holds up no repair. */
void publish_lacks(struct carrier *carrier);

/* patd is gone, and with it what it was put in part. */
void fetch_forget(struct carrier *carrier);

/* The issuer has all rows of its own that the hub has. */
bool carrier_has_own_rows(const struct carrier *carrier);

/* So it has all rows of others: a token that is not known here now will not be. */
bool carrier_has_all_rows(const struct carrier *carrier);

/* What patd says of an issuer.  latest: after a heartbeat, which should have completed it. */
void fetch_stands(struct carrier *carrier, const struct fleet_issuer *state, bool latest);

/* All issuers may have something new.  rewritten: also of what they had long before. */
void fetch_all(struct carrier *carrier, bool rewritten);

/* The hub may have requests. */
void revocations_look(struct carrier *carrier);

/* Of patd. */
void revocations_add(struct carrier *carrier, const struct fleet_revocation *revocation);
void uses_add(struct carrier *carrier, const struct fleet_use *use);

/* The hub was lost, and why, or entered: NULL. */
void report_connection(struct carrier *carrier, const char *why);
