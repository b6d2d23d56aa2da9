/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is to happen at which call: the counters and settings of a fault. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/fault/fault.h"

#define PAGE_BYTES (FAULT_SLOTS * sizeof(uint64_t))

/* The settings as the environment has them. */
static const char *const names[FAULT_SLOTS] = {
	[FAULT_KILL_BEFORE] = "FAULT_KILL_BEFORE",
	[FAULT_KILL_AFTER] = "FAULT_KILL_AFTER",
	[FAULT_FAIL_KINDS] = "FAULT_FAIL_KINDS",
	[FAULT_FAIL_AT] = "FAULT_FAIL_AT",
	[FAULT_FAIL_FOR] = "FAULT_FAIL_FOR",
	[FAULT_FAIL_ERRNO] = "FAULT_FAIL_ERRNO",
	[FAULT_SHORT_AT] = "FAULT_SHORT_AT",
	[FAULT_ALLOCATION_AT] = "FAULT_ALLOCATION_AT",
	[FAULT_ALLOCATION_FOR] = "FAULT_ALLOCATION_FOR",
	[FAULT_SYNC_DELAY_US] = "FAULT_SYNC_DELAY_US",
	[FAULT_SYNC_AT] = "FAULT_SYNC_AT",
	[FAULT_SYNC_FOR] = "FAULT_SYNC_FOR",
};

static _Atomic uint64_t slots_here[FAULT_SLOTS]; /* without FAULT_PAGE */
static _Atomic uint64_t *slots = slots_here;
static char folder[PATH_MAX];
static size_t folder_len;

static _Noreturn void give_up(const char *what)
{
	(void)dprintf(STDERR_FILENO, "fault: %s: %s\n", what, strerror(errno));
	_exit(127);
}

static void map_page(const char *path)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
	long mapped;

	if (fd < 0)
		give_up(path);
	mapped = syscall(SYS_mmap, NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mapped == -1)
		give_up(path);
	slots = (_Atomic uint64_t *)mapped;
	(void)syscall(SYS_close, fd);
}

__attribute__((constructor)) static void begin(void)
{
	const char *dir = getenv("FAULT_DIR"), *page = getenv("FAULT_PAGE");

	/* Without it nothing counts but memory. */
	if (dir) {
		folder_len = strlen(dir);
		if (folder_len >= sizeof(folder))
			give_up("FAULT_DIR");
		memcpy(folder, dir, folder_len + 1);
	}
	if (page)
		map_page(page);
	for (size_t i = 0; i < FAULT_SLOTS; i++)
		if (names[i] && getenv(names[i]))
			slots[i] = strtoull(getenv(names[i]), NULL, 10);
	slots[FAULT_SLOT_COUNT] = FAULT_SLOTS;
}

static uint64_t count(enum fault_slot counter)
{
	return atomic_fetch_add(&slots[counter], 1) + 1;
}

static bool within(uint64_t number, enum fault_slot at, enum fault_slot how_many)
{
	uint64_t first = slots[at], many = slots[how_many];

	return first != 0 && number >= first && number - first < (many ? many : 1);
}

static void kill_at(uint64_t change, enum fault_slot at)
{
	if (change == 0 || change != slots[at])
		return;
	(void)syscall(SYS_kill, getpid(), SIGKILL);
	for (;;) /* until it comes */
		(void)syscall(SYS_sched_yield);
}

struct fault_call fault_enter(enum fault_kind kind)
{
	struct fault_call call = { 0 };

	(void)count(FAULT_CALLS);
	if (kind >= FAULT_CREATE) {
		call.change = count(FAULT_CHANGES);
		kill_at(call.change, FAULT_KILL_BEFORE);
	}
	if ((slots[FAULT_FAIL_KINDS] >> kind) & 1 &&
		within(count(FAULT_MATCHES), FAULT_FAIL_AT, FAULT_FAIL_FOR))
		call.error = (int)slots[FAULT_FAIL_ERRNO];
	if (kind == FAULT_WRITE)
		call.half = count(FAULT_WRITES) == slots[FAULT_SHORT_AT];
	if (kind == FAULT_SYNC) {
		call.sync = count(FAULT_SYNCS);
		if (within(call.sync, FAULT_SYNC_AT, FAULT_SYNC_FOR))
			call.error = EIO;
	}
	if (call.error || call.half)
		(void)count(FAULT_INJECTED);
	return call;
}

void fault_leave(const struct fault_call *call)
{
	int saved = errno;

	kill_at(call->change, FAULT_KILL_AFTER);
	errno = saved;
}

bool fault_allocation(void)
{
	if (!within(count(FAULT_ALLOCATIONS), FAULT_ALLOCATION_AT, FAULT_ALLOCATION_FOR))
		return false;
	(void)count(FAULT_INJECTED);
	return true;
}

void fault_turn(void)
{
	(void)count(FAULT_TURNS);
}

void fault_hold(int fd)
{
	static const struct timespec look = { 0, 1000000 };
	const char *held = getenv("FAULT_HOLD_FILE"), *name;
	char buffer[PATH_MAX];

	if (slots[FAULT_HOLD] == 0 || !held)
		return;
	name = fault_path(fd, "", buffer);
	if (!name || strcmp(name, held) != 0)
		return;
	(void)count(FAULT_HELD);
	while (slots[FAULT_HOLD] != 0)
		(void)syscall(SYS_nanosleep, &look, NULL);
}

uint64_t fault_sync_delay(void)
{
	return slots[FAULT_SYNC_DELAY_US];
}

/* The absolute path; false if it is too long, or not known. */
static bool absolute(int dir, const char *path, char buffer[static PATH_MAX])
{
	char link[64];
	size_t len = strlen(path);
	ssize_t n = 0;

	if (path[0] != '/') {
		if (dir == AT_FDCWD)
			(void)snprintf(link, sizeof(link), "/proc/self/cwd");
		else
			(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
		n = syscall(SYS_readlinkat, AT_FDCWD, link, buffer, PATH_MAX - 2);
		if (n <= 0 || buffer[0] != '/')
			return false;
		if (len > 0)
			buffer[n++] = '/';
	}
	if ((size_t)n + len >= PATH_MAX)
		return false;
	memcpy(buffer + n, path, len + 1);
	return true;
}

const char *fault_path(int dir, const char *path, char buffer[static PATH_MAX])
{
	int saved = errno;
	bool known = folder_len > 0 && path && absolute(dir, path, buffer);

	errno = saved;
	if (!known || strncmp(buffer, folder, folder_len) != 0)
		return NULL;
	if (buffer[folder_len] == '/')
		return buffer + folder_len + 1;
	return buffer[folder_len] == '\0' ? buffer + folder_len : NULL;
}
