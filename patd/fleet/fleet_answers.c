/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The questions of patd-fleet, and their answers. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "patd/fleet/fleet_private.h"

/* Where the body of a message begins, which is aligned for what it is. */
static const void *asked(const struct fleet_server *server)
{
	return server->question->body;
}

static void begin(struct fleet_server *server, enum fleet_kind kind, size_t size)
{
	server->answer.head = (struct fleet_head) {
		.magic = FLEET_MAGIC,
		.kind = kind,
		.serial = server->question->head.serial,
	};
	memset(server->answer.body, 0, size);
	server->answer_size = size;
}

void fleet_refuse(struct fleet_server *server, const char *why, bool again)
{
	struct fleet_refusal refusal = { .again = again };

	begin(server, FLEET_REFUSED, sizeof(refusal));
	pat_field_cut(refusal.why, sizeof(refusal.why), why);
	memcpy(server->answer.body, &refusal, sizeof(refusal));
}

/* --- hello --- */

static int count_issuer(const struct fleet_state *state, void *userdata)
{
	uint32_t *count = userdata;

	(void)state;
	++*count;
	return 0;
}

static int send_issuer(const struct fleet_state *state, void *userdata)
{
	struct fleet_server *server = userdata;
	struct fleet_issuer issuer;

	fleet_issuer_fill(state, &issuer);
	server->answer.head.kind = FLEET_ISSUER;
	fleet_peer_send(server->peer, &server->answer.head, &issuer, sizeof(issuer));
	return 0;
}

static int serve_hello(struct fleet_server *server)
{
	const struct policy *policy = tokens_policy(server->tokens);
	struct fleet_welcome welcome = {
		.last = tokens_fleet_last(server->tokens),
		.behind = tokens_fleet_behind(server->tokens),
	};
	int r = tokens_fleet_states(server->tokens, count_issuer, &welcome.issuers);

	if (r < 0 || (r = tokens_fleet_key_name(server->tokens, welcome.key)) < 0)
		return r;
	pat_field_cut(welcome.host, sizeof(welcome.host), tokens_fleet_host(server->tokens));
	pat_field_cut(welcome.issuer, sizeof(welcome.issuer), policy->issuer);
	pat_field_cut(welcome.hub, sizeof(welcome.hub), policy->hub);
	/* Another connection; on one that goes on, what is being put anew does as well. */
	if (!server->greeted)
		tokens_fleet_end_again(server->tokens);
	begin(server, FLEET_WELCOME, 0);
	fleet_peer_send(server->peer, &server->answer.head, &welcome, sizeof(welcome));
	r = tokens_fleet_states(server->tokens, send_issuer, server);
	if (r < 0)
		return r;
	fleet_telling_greet(server);
	return 1;
}

/* --- what this machine has signed --- */

static int add_item(
	struct fleet_server *server, const struct fleet_item *item, const uint8_t *bytes)
{
	return fleet_rows_add(&server->answer, &server->answer_size, item, bytes) ? 0 : 1;
}

static void begin_rows(struct fleet_server *server, enum fleet_kind kind)
{
	void *body = server->answer.body;
	struct fleet_rows *rows = body;

	begin(server, kind, sizeof(*rows));
	pat_field_cut(rows->issuer, sizeof(rows->issuer), tokens_policy(server->tokens)->issuer);
}

static int add_row(const struct fleet_row *row, const uint8_t *bytes, size_t len, void *userdata)
{
	struct fleet_item item = {
		.number = row->number,
		.len = (uint32_t)len,
	};

	pat_field_cut(item.id, sizeof(item.id), row->id.text);
	return add_item(userdata, &item, bytes);
}

static bool is_issuer(const struct fleet_server *server)
{
	return tokens_policy(server->tokens)->issuer[0] != '\0';
}

static int serve_get_rows(struct fleet_server *server)
{
	const struct fleet_after *after = asked(server);
	int r;

	if (!is_issuer(server))
		return -ENOENT;
	server->changed_told = false;
	begin_rows(server, FLEET_ROWS);
	r = tokens_fleet_sign_rows(server->tokens, after->number, FLEET_ROWS_MAX, add_row, server);
	return r < 0 ? r : 0;
}

static int serve_get_beat(struct fleet_server *server)
{
	uint8_t bytes[FLEET_SIGNED_MAX];
	struct fleet_item item;
	struct fleet_beat beat;
	size_t len;
	int r;

	if (!is_issuer(server))
		return -ENOENT;
	r = tokens_fleet_sign_beat(server->tokens, bytes, &len, &beat);
	if (r < 0)
		return r;
	begin_rows(server, FLEET_BEAT);
	item = (struct fleet_item) {
		.number = beat.last,
		.at = beat.at,
		.len = (uint32_t)len,
	};
	return add_item(server, &item, bytes) == 0 ? 0 : -EMSGSIZE;
}

/* --- what others have --- */

static int serve_put_all(struct fleet_server *server)
{
	const struct fleet_rows *rows = asked(server);

	return tokens_fleet_begin_again(server->tokens, rows->issuer);
}

static int serve_put_rows(struct fleet_server *server)
{
	const struct fleet_rows *rows = asked(server);
	struct signed_bytes items[FLEET_ROWS_MAX];
	const struct fleet_item *item;
	const uint8_t *bytes;
	size_t place = 0, n = 0;

	while ((item = fleet_rows_next(rows, &place, &bytes)))
		items[n++] = (struct signed_bytes) { bytes, item->len };
	return tokens_fleet_put_rows(server->tokens, rows->issuer, items, n);
}

/* The answer is how the issuer stands now. */
struct standing {
	const char *name;
	struct fleet_issuer issuer;
};

static int find_issuer(const struct fleet_state *state, void *userdata)
{
	struct standing *standing = userdata;

	if (strcmp(state->issuer, standing->name) != 0)
		return 0;
	fleet_issuer_fill(state, &standing->issuer);
	return 1;
}

static int serve_put_beat(struct fleet_server *server)
{
	const struct fleet_rows *rows = asked(server);
	struct standing standing = { .name = rows->issuer };
	const struct fleet_item *item;
	struct signed_bytes beat;
	size_t place = 0;
	int r;

	item = fleet_rows_next(rows, &place, &beat.bytes);
	if (!item)
		return -EPROTO;
	beat.len = item->len;
	r = tokens_fleet_put_beat(server->tokens, rows->issuer, &beat);
	if (r < 0)
		return r;
	r = tokens_fleet_states(server->tokens, find_issuer, &standing);
	if (r != 1)
		return r < 0 ? r : -ENOENT;
	begin(server, FLEET_ISSUER, sizeof(standing.issuer));
	memcpy(server->answer.body, &standing.issuer, sizeof(standing.issuer));
	return 0;
}

static int serve_put_revocation(struct fleet_server *server)
{
	const struct fleet_revocation *revocation = asked(server);
	struct pat_id id;

	pat_field_cut(id.text, sizeof(id.text), revocation->id);
	return tokens_fleet_revoke_for(server->tokens, revocation->host, &id, revocation->reason);
}

static int serve_put_use(struct fleet_server *server)
{
	const struct fleet_use *use = asked(server);
	struct pat_id id;

	pat_field_cut(id.text, sizeof(id.text), use->id);
	return tokens_fleet_take_use(
		server->tokens, use->host, &id, use->at, use->service, use->source, use->uses);
}

static int serve_put_claim(struct fleet_server *server)
{
	const struct fleet_claim *claim = asked(server);
	const bool counted =
		claim->claimed == FLEET_CLAIM_GIVEN || claim->claimed == FLEET_CLAIM_USED_UP;
	struct pat_id id;

	pat_field_cut(id.text, sizeof(id.text), claim->id);
	return tokens_fleet_take_claim(
		server->tokens, claim->serial, claim->issuer, &id, counted, claim->uses);
}

/* --- what patd-fleet says of itself --- */

static int serve_put_report(struct fleet_server *server)
{
	return fleet_reports_put(server->reports, asked(server));
}

static int serve_put_host(struct fleet_server *server)
{
	return fleet_reports_put_host(server->reports, asked(server));
}

/*
 * Of each question: what serves it, and whether the answer waits for the disk: where it hands out
 * what a power cut must not take back, or patd-fleet may forget what it has put.  Rows of others
 * are asked for again after a power cut, from what is there then.
 */
static const struct question {
	int (*serve)(struct fleet_server *server);
	bool on_disk;
} questions[FLEET_KINDS] = {
	[FLEET_HELLO] = { serve_hello, false },
	[FLEET_GET_ROWS] = { serve_get_rows, true },
	[FLEET_GET_BEAT] = { serve_get_beat, true },
	[FLEET_PUT_ALL] = { serve_put_all, false },
	[FLEET_PUT_ROWS] = { serve_put_rows, false },
	[FLEET_PUT_BEAT] = { serve_put_beat, false },
	[FLEET_PUT_REVOCATION] = { serve_put_revocation, true },
	[FLEET_PUT_USE] = { serve_put_use, false },
	[FLEET_PUT_CLAIM] = { serve_put_claim, false },
	[FLEET_PUT_REPORT] = { serve_put_report, false },
	[FLEET_PUT_HOST] = { serve_put_host, false },
};

bool fleet_answer_waits_for_disk(const struct fleet_server *server)
{
	return questions[server->question->head.kind].on_disk;
}

/* Why, for a person; what is known of the reason is in the log of patd. */
static void refuse_for(struct fleet_server *server, int r)
{
	static const struct {
		const char *why;
		int error;
		bool again;
	} whys[] = {
		{ "it is not signed by that issuer, or not what an issuer may sign: see the log of "
		  "patd",
			-EBADMSG, false },
		{ "it is not what can be said of a host, or a token", -EINVAL, false },
		{ "this machine has no such token, or neither is nor trusts that issuer", -ENOENT,
			false },
		{ "the disk of this machine is full", -ENOSPC, true },
		{ "this machine is out of memory", -ENOMEM, true },
		{ "it could not be kept: see the log of patd", 0, true },
	};
	size_t i = 0;

	while (whys[i].error != 0 && whys[i].error != r)
		i++;
	fleet_refuse(server, whys[i].why, whys[i].again);
}

int fleet_answer(struct fleet_server *server)
{
	const uint32_t kind = server->question->head.kind;
	int r;

	if (!server->greeted && kind != FLEET_HELLO)
		return -EPROTO;
	begin(server, FLEET_DONE, 0);
	r = questions[kind].serve(server);
	if (r >= 0 || r == -EAGAIN || r == -EPROTO)
		return r;
	refuse_for(server, r);
	return 0;
}
