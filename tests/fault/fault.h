/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A library that is preloaded into patd, and makes its system calls on files fail as a disk would.
 *
 * Only calls on what is below FAULT_DIR, an absolute path, count.  FAULT_PAGE names a file of
 * FAULT_SLOTS numbers of 64 bits, which is mapped: a test reads the counters there and writes what
 * is to happen, before patd starts and while it runs.  What a number means is said by
 * tests/lib/faults.py, which has the same list.  Without FAULT_PAGE the environment has the numbers
 * alone: FAULT_KILL_BEFORE=17.  FAULT_HOLD_FILE is the path below FAULT_DIR of a file for which
 * the disk can be made to take as long as a test wants.  FAULT_TRACE names the file to which
 * everything is recorded that a power cut could lose; tests/lib/disk.py reads it.
 *
 * Numbers count from 1, and 0 is never.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum fault_slot {
	FAULT_SLOT_COUNT, /* is FAULT_SLOTS, once the library runs */

	/* Counters. */
	FAULT_CALLS,       /* all of them */
	FAULT_CHANGES,     /* those after which the disk may hold something else, and syncs */
	FAULT_SYNCS,       /* fsync() and fdatasync() */
	FAULT_WRITES,      /* writes of data */
	FAULT_ALLOCATIONS, /* of memory */
	FAULT_MATCHES,     /* calls of one of FAIL_KINDS */
	FAULT_INJECTED,    /* how often something was made to fail */
	FAULT_TURNS,       /* of a loop: calls of epoll_wait() */
	FAULT_HELD,        /* how often a call was made to wait */

	/* Settings. */
	FAULT_KILL_BEFORE,   /* that change */
	FAULT_KILL_AFTER,    /* that change, before its caller sees that it was made */
	FAULT_FAIL_KINDS,    /* which calls may fail: 1 << enum fault_kind, or-ed */
	FAULT_FAIL_AT,       /* the first of MATCHES that fails ... */
	FAULT_FAIL_FOR,      /* ... of so many in a row */
	FAULT_FAIL_ERRNO,    /* and how */
	FAULT_SHORT_AT,      /* of WRITES: writes half of what it should */
	FAULT_ALLOCATION_AT, /* the first of ALLOCATIONS that fails ... */
	FAULT_ALLOCATION_FOR,
	FAULT_SYNC_DELAY_US, /* of each sync: a slow disk */
	FAULT_SYNC_AT,       /* the first of SYNCS that fails with EIO, and syncs nothing ... */
	FAULT_SYNC_FOR,      /* ... of so many in a row: what was not synced by then never is */
	FAULT_HOLD,          /* while it is not 0, writes to FAULT_HOLD_FILE wait */
	FAULT_SLOTS
};

enum fault_kind {
	FAULT_OPEN,
	FAULT_LOOK, /* stat(), access() */
	FAULT_READ,
	FAULT_MAP,
	FAULT_LOCK,
	FAULT_CREATE, /* from here on: changes */
	FAULT_WRITE,
	FAULT_TRUNCATE,
	FAULT_SPACE, /* fallocate() */
	FAULT_NAME,  /* rename(), link(), mkdir() */
	FAULT_UNLINK,
	FAULT_MODE, /* fchmod(), fchown() */
	FAULT_SYNC,
};

/* Of one call, from fault_enter() to fault_leave(). */
struct fault_call {
	uint64_t change; /* its number, 0 for a call that changes nothing */
	uint64_t sync;   /* the same of a sync */
	int error;       /* what it fails with, 0: it does not */
	bool half;       /* it writes half */
};

/* Counts a call; may end the process. */
struct fault_call fault_enter(enum fault_kind kind);
void fault_leave(const struct fault_call *call);

/* Whether an allocation is to fail now. */
bool fault_allocation(void);

/* A write to that file waits as long as FAULT_HOLD says. */
void fault_hold(int fd);

/* A turn of a loop begins. */
void fault_turn(void);

/* How long a sync takes, in microseconds. */
uint64_t fault_sync_delay(void);

/* The path below FAULT_DIR, "" for itself, in buffer; NULL if it is elsewhere. */
const char *fault_path(int dir, const char *path, char buffer[static 4096]);

/* What a record of the trace is about: see tests/lib/disk.py. */
enum fault_record {
	FAULT_RECORD_CREATE = 1, /* file, path */
	FAULT_RECORD_MKDIR,      /* file, path */
	FAULT_RECORD_LINK,       /* file, path */
	FAULT_RECORD_RENAME,     /* number: flags; path, to */
	FAULT_RECORD_UNLINK,     /* path */
	FAULT_RECORD_WRITE,      /* file; number: offset; data */
	FAULT_RECORD_TRUNCATE,   /* file; number: length */
	FAULT_RECORD_SYNC,       /* file; number: of the sync, which begins */
	FAULT_RECORD_SYNCED,     /* the same, when it has succeeded */
	FAULT_RECORD_LOST,       /* the same, when it has failed */
	FAULT_RECORD_MAP,        /* file: whose content is written without a call from now on */
};

/* In the file as it is here, fields first, then path, to and data, without NUL. */
struct fault_trace_head {
	uint32_t magic;
	uint32_t record;
	uint64_t file; /* number of the inode */
	uint64_t number;
	uint32_t path_len, to_len;
	uint64_t data_len;
};
#define FAULT_TRACE_MAGIC UINT32_C(0x544c5546)

/*
 * While a change is made and recorded, no other is: the order of the trace is that of the disk.
 * Both do nothing where there is no trace.
 */
void fault_trace_lock(void);
void fault_trace_unlock(void);
bool fault_tracing(void);

/* path, to and data may be NULL. */
void fault_trace(enum fault_record record, uint64_t file, uint64_t number, const char *path,
	const char *to, const void *data, size_t data_len);
