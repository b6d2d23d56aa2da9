/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The protocol between patd and patd-fleet, over fleet.sock: AF_UNIX SOCK_SEQPACKET, so that each
 * message is exactly one packet of a head and a body.  See doc/fleet.md for who sends what.
 *
 * patd-fleet asks, one question at a time, and patd answers with the same serial; a HELLO is
 * answered by FLEET_WELCOME and then a FLEET_ISSUER for each issuer.  What patd sends unasked has
 * serial 0.  Both ends are on one machine and of one version: integers are in host order.
 *
 * The structs have no padding.  Text is NUL-terminated and NUL-filled to the end of its field;
 * fleet_message_check() insists on that.  No descriptor is ever sent.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/wire.h"

#define FLEET_MAGIC UINT32_C(0x31544650) /* "PFT1" in memory on little endian */
#define PAT_FLEET_SOCKET "fleet.sock"    /* 0600, of patd-fleet's user */

#define FLEET_BODY_MAX ((size_t)64 * 1024) /* bytes */
#define FLEET_ROWS_MAX 32                  /* in a message */
#define FLEET_NAME_SIZE 64  /* of an issuer or a host, with the NUL: as in a DNS label, and dots */
#define FLEET_HUB_SIZE 1024 /* a conninfo of libpq, without a password */
#define FLEET_WHY_SIZE 512

enum fleet_kind {
	/* Of patd-fleet. */
	FLEET_HELLO,
	FLEET_GET_ROWS, /* struct fleet_after */
	FLEET_GET_BEAT, /* nothing */
	FLEET_PUT_ALL,  /* struct fleet_rows, with none: all of the issuer follow, from its first */
	FLEET_PUT_ROWS, /* struct fleet_rows: of another issuer, or our own that the hub has */
	FLEET_PUT_BEAT, /* struct fleet_rows, with one: a heartbeat */
	FLEET_PUT_REVOCATION, /* struct fleet_revocation */
	FLEET_PUT_USE,        /* struct fleet_use */
	FLEET_PUT_REPORT,     /* struct fleet_report */
	FLEET_PUT_HOST,       /* struct fleet_host, for each after a report */
	FLEET_PUT_CLAIM,      /* struct fleet_claim: what the hub has answered */
	/* Of patd. */
	FLEET_WELCOME, /* struct fleet_welcome */
	FLEET_ISSUER,  /* struct fleet_issuer */
	FLEET_ROWS,    /* struct fleet_rows */
	FLEET_BEAT,    /* struct fleet_rows, with one */
	FLEET_DONE,    /* nothing */
	FLEET_REFUSED, /* struct fleet_refusal */
	/* Of patd, unasked. */
	FLEET_CHANGED, /* struct fleet_after: the number of our latest row */
	FLEET_REVOKE,  /* struct fleet_revocation, host "" */
	FLEET_USE,     /* struct fleet_use, host "" */
	FLEET_REFETCH, /* struct fleet_issuer */
	FLEET_CLAIM,   /* struct fleet_claim: a login waits for the answer */
	FLEET_KINDS
};

struct fleet_head {
	uint32_t magic;
	uint32_t kind; /* enum fleet_kind */
	uint64_t serial;
};

struct fleet_welcome {
	char host[FLEET_NAME_SIZE];   /* ours, for the hosts of tokens */
	char issuer[FLEET_NAME_SIZE]; /* ours as an issuer; "": we are none */
	char hub[FLEET_HUB_SIZE];
	char key[24];     /* the name of the key that we sign with; "": we are no issuer */
	uint64_t last;    /* the number of our latest row as an issuer */
	uint32_t issuers; /* how many FLEET_ISSUER follow */
	/* 1: patd was restored from a backup, and what the hub has of ours is to be read first. */
	uint32_t behind;
};

/* An issuer that is trusted here, and how far its rows are. */
struct fleet_issuer {
	char name[FLEET_NAME_SIZE];
	uint64_t number;   /* of the latest row that is kept */
	uint64_t beat_at;  /* of the latest heartbeat, seconds UTC; 0: none */
	uint32_t complete; /* 1 if none is missing; else all is to be put: see FLEET_PUT_ALL */
	uint32_t unused;
};

struct fleet_after {
	uint64_t number;
};

/*
 * n items, each a struct fleet_item, the bytes as an issuer has signed them, and NULs up to a
 * multiple of 8.  What stands in the item is for the columns of the hub; patd goes by what is
 * signed.
 */
struct fleet_rows {
	char issuer[FLEET_NAME_SIZE];
	uint32_t n;
	uint32_t unused;
	uint8_t items[];
};

struct fleet_item {
	uint64_t number; /* of the row; of a heartbeat `last`, the number of the latest row */
	uint64_t at;     /* of a heartbeat; 0 of a row */
	char id[16];     /* of the token; "" in a heartbeat */
	uint32_t len;    /* bytes that follow */
	uint32_t unused;
};

struct fleet_revocation {
	char id[16];
	char host[FLEET_NAME_SIZE]; /* where it was asked for */
	char reason[256];
};

struct fleet_use {
	char id[16];
	char issuer[FLEET_NAME_SIZE]; /* of the token */
	char host[FLEET_NAME_SIZE];
	uint64_t at, uses;
	char service[PAT_SERVICE_MAX + 1];
	char source[256];
};

/* What has become of a claim. */
enum fleet_claimed {
	FLEET_CLAIM_ASKED,   /* it is none: it is what patd asks */
	FLEET_CLAIM_GIVEN,   /* the use belongs to the login that waits */
	FLEET_CLAIM_USED_UP, /* the hub says that none is left */
	FLEET_CLAIM_UNKNOWN, /* the hub could not be asked, or does not know the token */
};

/* A use of a limited token: the hub counts those of all hosts. */
struct fleet_claim {
	uint64_t serial; /* of the login that waits, by patd's count; the answer has the same */
	char issuer[FLEET_NAME_SIZE];
	char id[16];
	uint64_t uses; /* how many the token has; of a use that is given, which of them it is, from
			  1; else 0 */
	uint32_t claimed; /* enum fleet_claimed */
	uint32_t unused;
};

/* Why a question was refused. */
struct fleet_refusal {
	char why[FLEET_WHY_SIZE]; /* a sentence for a person */
	uint32_t again;           /* 1: what is asked may be granted later */
	uint32_t unused;
};

/* How patd-fleet stands with the hub. */
struct fleet_report {
	uint64_t since; /* when it was connected, or lost the connection; seconds UTC */
	uint32_t connected;
	uint32_t hosts;             /* how many FLEET_PUT_HOST follow */
	char error[FLEET_WHY_SIZE]; /* the latest; "": none */
};

/* Another machine of the fleet, as the hub knows it. */
struct fleet_host {
	char host[FLEET_NAME_SIZE];
	uint64_t seen_at;             /* seconds UTC */
	char issuer[FLEET_NAME_SIZE]; /* of which it has rows up to: */
	uint64_t number;
};

struct fleet_message {
	struct fleet_head head;
	uint8_t body[FLEET_BODY_MAX];
};

/* Whether it is a question of patd-fleet. */
bool fleet_kind_asks(uint32_t kind);

/* Whether len bytes received are a message that keeps every rule above. */
bool fleet_message_check(const struct fleet_message *message, size_t len);

/*
 * The next item of a message that has been checked: NULL after the last.  *place is 0 at first.
 * *ret_bytes is within the message.
 */
const struct fleet_item *fleet_rows_next(
	const struct fleet_rows *rows, size_t *place, const uint8_t **ret_bytes);

/*
 * Adds an item to a message whose rows, at first sizeof(struct fleet_rows), take *len bytes of its
 * body.  False: it has no room, or FLEET_ROWS_MAX are there.
 */
bool fleet_rows_add(struct fleet_message *message, size_t *len, const struct fleet_item *item,
	const void *bytes);
