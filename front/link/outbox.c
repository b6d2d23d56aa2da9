/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A queue of copies, wiped when they are sent. */
#include "front/link/outbox.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "protocol/packet.h"

struct parcel {
	STAILQ_ENTRY(parcel) next;
	size_t len;
	struct request request; /* len bytes of it */
};

void outbox_init(struct outbox *outbox)
{
	STAILQ_INIT(&outbox->parcels);
	outbox->bytes = 0;
}

bool outbox_is_empty(const struct outbox *outbox)
{
	return STAILQ_EMPTY(&outbox->parcels);
}

bool outbox_has_room(const struct outbox *outbox, size_t len)
{
	return outbox->bytes + len <= OUTBOX_MAX;
}

int outbox_add(struct outbox *outbox, const struct request *request, size_t len)
{
	struct parcel *parcel = malloc(offsetof(struct parcel, request) + len);

	if (!parcel)
		return -ENOMEM;
	parcel->len = len;
	memcpy(&parcel->request, request, len);
	STAILQ_INSERT_TAIL(&outbox->parcels, parcel, next);
	outbox->bytes += len;
	return 0;
}

static void drop_first(struct outbox *outbox, struct parcel *parcel)
{
	STAILQ_REMOVE_HEAD(&outbox->parcels, next);
	outbox->bytes -= parcel->len;
	/* It may have a digest. */
	sodium_memzero(&parcel->request, parcel->len);
	free(parcel);
}

int outbox_send(struct outbox *outbox, int fd)
{
	struct parcel *parcel;

	while ((parcel = STAILQ_FIRST(&outbox->parcels))) {
		int r = packet_send(fd, &parcel->request, parcel->len, -1, MSG_DONTWAIT);

		if (r < 0)
			return r;
		drop_first(outbox, parcel);
	}
	return 0;
}

void outbox_clear(struct outbox *outbox)
{
	struct parcel *parcel;

	while ((parcel = STAILQ_FIRST(&outbox->parcels)))
		drop_first(outbox, parcel);
}
