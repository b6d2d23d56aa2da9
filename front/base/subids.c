/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ranges of subuid(5), with the uids of their owners. */
#include "front/base/subids.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/wire.h"
#include "patd/util/log.h"
#include "patd/util/users.h"
#include "patd/util/worker.h"

#define RANGES_MAX 65536U
#define LINE_MAX_BYTES 512
#define LOOK_US (UINT64_C(1000) * 1000) /* between two looks whether the file has changed */

struct range {
	uint32_t first, last, owner;
};

struct ranges {
	struct range *all;
	size_t n;
};

/* A reading of the file, in the thread. */
struct reading {
	struct job job; /* first: a job is turned back into its reading */
	struct subids *subids;
	struct ranges ranges;
	int result;
};

struct subids {
	sd_event *event;
	struct worker *worker;
	char *path;
	struct stat seen; /* of the file that was read; all zeros: there was none */
	uint64_t looked_us;
	struct ranges ranges; /* by first uid */
	struct reading reading;
	bool is_reading;
};

static int compare(const void *a, const void *b)
{
	const struct range *left = a, *right = b;

	return (left->first > right->first) - (left->first < right->first);
}

/* By name, or by number. */
static bool find_owner(const char *name, uint32_t *ret_uid)
{
	struct user_lookup lookup = { .by_name = true };
	unsigned long uid;
	char *end;

	errno = 0;
	uid = strtoul(name, &end, 10);
	if (errno == 0 && end != name && *end == '\0' && uid < UINT32_MAX) {
		*ret_uid = (uint32_t)uid;
		return true;
	}
	if (!pat_field_set(lookup.name, sizeof(lookup.name), name))
		return false;
	users_run(&lookup.job);
	if (lookup.result == 0)
		*ret_uid = lookup.uid;
	return lookup.result == 0;
}

/* "NAME:FIRST:COUNT".  False: it is something else, such as a comment. */
static bool parse(char *line, const char **ret_name, struct range *ret_range)
{
	char *rest = line, *end;
	unsigned long first, count;

	*ret_name = strsep(&rest, ":");
	if (!rest || **ret_name == '\0' || **ret_name == '#')
		return false;
	errno = 0;
	first = strtoul(rest, &end, 10);
	if (errno != 0 || end == rest || *end != ':' || first == 0 || first >= UINT32_MAX)
		return false;
	rest = end + 1;
	count = strtoul(rest, &end, 10);
	if (errno != 0 || end == rest || (*end != '\0' && *end != '\n') || count == 0 ||
		count > UINT32_MAX - first)
		return false;
	*ret_range = (struct range) {
		.first = (uint32_t)first,
		.last = (uint32_t)(first + count - 1),
		.owner = (uint32_t)first,
	};
	return true;
}

static int add_range(struct ranges *ranges, const struct range *range)
{
	struct range *all = reallocarray(ranges->all, ranges->n + 1, sizeof(*all));

	if (!all)
		return -ENOMEM;
	ranges->all = all;
	all[ranges->n++] = *range;
	return 0;
}

static int read_ranges(const char *path, struct ranges *ret_ranges)
{
	cleanup_file FILE *file = fopen(path, "re");
	char line[LINE_MAX_BYTES], former[LINE_MAX_BYTES] = "";
	uint32_t former_uid = 0;
	bool former_known = false;

	if (!file)
		return errno == ENOENT ? 0 : -errno;
	while (ret_ranges->n < RANGES_MAX && fgets(line, sizeof(line), file)) {
		struct range range;
		const char *name;
		int r;

		if (!parse(line, &name, &range))
			continue;
		/* Most owners have one range, and the others have theirs one after the other. */
		if (strcmp(name, former) != 0) {
			(void)snprintf(former, sizeof(former), "%s", name);
			former_known = find_owner(name, &former_uid);
		}
		/* Those of root are no root: they have what an unknown owner's have. */
		if (former_known && former_uid != 0)
			range.owner = former_uid;
		r = add_range(ret_ranges, &range);
		if (r < 0)
			return r;
	}
	if (ret_ranges->n > 0)
		qsort(ret_ranges->all, ret_ranges->n, sizeof(*ret_ranges->all), compare);
	/* clang 19 does not see it closed. NOLINTNEXTLINE(clang-analyzer-unix.Stream) */
	return ferror(file) ? -EIO : 0;
}

static void run_reading(struct job *job)
{
	struct reading *reading = (struct reading *)job;

	reading->result = read_ranges(reading->subids->path, &reading->ranges);
}

static void on_read(struct job *job)
{
	struct reading *reading = (struct reading *)job;
	struct subids *subids = reading->subids;

	subids->is_reading = false;
	if (reading->result < 0) {
		log_warning("cannot read %s: %s", subids->path, strerror(-reading->result));
		free(reading->ranges.all);
		return;
	}
	free(subids->ranges.all);
	subids->ranges = reading->ranges;
}

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Reads the file if it has changed. */
static void look(struct subids *subids)
{
	struct stat now = { 0 };

	if (subids->is_reading)
		return;
	if (stat(subids->path, &now) < 0)
		memset(&now, 0, sizeof(now));
	if (same(&now, &subids->seen))
		return;
	subids->reading = (struct reading) {
		.job = { .run = run_reading, .done = on_read },
		.subids = subids,
	};
	if (worker_submit(subids->worker, &subids->reading.job) < 0)
		return;
	subids->is_reading = true;
	subids->seen = now;
}

uint32_t subids_owner(struct subids *subids, uint32_t uid)
{
	size_t low = 0, high = subids->ranges.n;
	uint64_t now;

	if (sd_event_now(subids->event, CLOCK_MONOTONIC, &now) >= 0 &&
		now - subids->looked_us >= LOOK_US) {
		subids->looked_us = now;
		look(subids);
	}
	/* The last range that does not begin above it. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (subids->ranges.all[middle].first <= uid)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || subids->ranges.all[low - 1].last < uid)
		return uid;
	return subids->ranges.all[low - 1].owner;
}

void subids_free(struct subids *subids)
{
	if (!subids)
		return;
	worker_free(subids->worker);
	sd_event_unref(subids->event);
	free(subids->ranges.all);
	free(subids->path);
	free(subids);
}

DEFINE_CLEANUP(subids_free, subids)

int subids_new(sd_event *event, const char *path, struct subids **ret_subids)
{
	cleanup_with(subids_free) struct subids *subids = calloc(1, sizeof(*subids));
	int r;

	if (!subids)
		return -ENOMEM;
	subids->event = sd_event_ref(event);
	r = worker_new(event, 1, &subids->worker);
	if (r < 0)
		return r;
	subids->path = strdup(path);
	if (!subids->path)
		return -ENOMEM;
	look(subids);
	*ret_subids = TAKE(subids);
	return 0;
}
