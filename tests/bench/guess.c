/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether it shows in the time of an answer that an id exists: Welch's t between the times for one
 * that does, with a wrong secret, and those for ids that do not.
 *
 *     guess ROUNDS SOCKET USER <TOKEN-AND-IDS
 *
 * After the token come the ids that there are, a line each.  Each round asks for one of them and
 * for one that nobody has, in an order drawn by lot: what was asked for just now is quicker to find
 * again, whether or not it is there.  Times above the 99th percentile of all are left out: they are
 * the machine's.  Below 4.5 the difference is none that a million questions show.
 */
#include <err.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/figures.h"
#include "tests/bench/socket_login.h"

enum which {
	KNOWN,
	UNKNOWN
};

struct sample {
	struct figures times;
	double mean, variance;
	size_t count;
};

static void summarize(struct sample *sample, int64_t most)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < sample->times.count; i++)
		if (sample->times.times[i] <= most) {
			sum += (double)sample->times.times[i];
			sample->count++;
		}
	sample->mean = sum / (double)sample->count;
	for (size_t i = 0; i < sample->times.count; i++)
		if (sample->times.times[i] <= most)
			squares += pow((double)sample->times.times[i] - sample->mean, 2);
	sample->variance = squares / (double)(sample->count - 1);
}

/* An id that nobody has: as many as there are, none is asked twice. */
static void draw_id(struct pat_request *request)
{
	static const char digits[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	for (size_t i = 0; i < 10; i++)
		request->id[i] = digits[randombytes_uniform(62)];
}

/* One that there is. */
static void choose_id(struct pat_request *request, char (*ids)[PAT_ID_LEN + 1], size_t n)
{
	pat_field_cut(request->id, sizeof(request->id), ids[randombytes_uniform((uint32_t)n)]);
}

#define IDS_MAX 100000U

static size_t read_ids(char (*ids)[PAT_ID_LEN + 1])
{
	size_t n = 0;

	while (n < IDS_MAX && scanf("%10s", ids[n]) == 1)
		n++;
	if (n == 0)
		errx(1, "no ids");
	return n;
}

static void ask_wrong(
	struct sample *sample, const struct sockaddr_un *at, const struct pat_request *request)
{
	struct pat_reply reply;
	int64_t time = ask(at, request, &reply);

	if (reply.verdict != PAT_WRONG)
		errx(1, "verdict %u, not \"wrong\"", reply.verdict);
	figures_add(&sample->times, time);
}

int main(int argc, char **argv)
{
	struct sample samples[2] = { 0 };
	struct figures all = { 0 };
	struct sockaddr_un at;
	struct pat_request requests[2];
	static char ids[IDS_MAX][PAT_ID_LEN + 1];
	unsigned long rounds;
	size_t n_ids;
	int64_t most;
	double t;

	if (argc != 4 || sodium_init() < 0)
		errx(2, "usage: guess ROUNDS SOCKET USER <TOKEN-AND-IDS");
	rounds = strtoul(argv[1], NULL, 10);
	at = ask_path(argv[2]);
	ask_read_token(&requests[KNOWN], argv[3]);
	requests[KNOWN].digest.bytes[0] ^= 1;
	n_ids = read_ids(ids);
	requests[UNKNOWN] = requests[KNOWN];
	for (unsigned long n = 0; n < rounds; n++) {
		enum which first = randombytes_uniform(2) ? KNOWN : UNKNOWN;

		choose_id(&requests[KNOWN], ids, n_ids);
		draw_id(&requests[UNKNOWN]);
		ask_wrong(&samples[first], &at, &requests[first]);
		ask_wrong(&samples[!first], &at, &requests[!first]);
	}
	for (int which = KNOWN; which <= UNKNOWN; which++)
		for (size_t i = 0; i < samples[which].times.count; i++)
			figures_add(&all, samples[which].times.times[i]);
	most = (int64_t)(figures_part(&all, 0.99) * 1000);
	summarize(&samples[KNOWN], most);
	summarize(&samples[UNKNOWN], most);
	t = (samples[KNOWN].mean - samples[UNKNOWN].mean) /
	    sqrt(samples[KNOWN].variance / (double)samples[KNOWN].count +
		    samples[UNKNOWN].variance / (double)samples[UNKNOWN].count);
	printf("%.3f %.3f %.2f\n", samples[KNOWN].mean / 1000, samples[UNKNOWN].mean / 1000, t);
	return 0;
}
