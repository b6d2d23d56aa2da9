#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# libsystemd0 252.39-1~deb12u2 (Debian 12) and 257.13-1~deb13u1 (Debian 13).
#
# A loop of sd-event has two sources of the same priority, an eventfd that can always be read, and a
# deferred source, which its handler enables again for one more time, as one does with work that is
# done in steps.  In 1000 iterations the deferred source is dispatched each time, and the eventfd
# never, though epoll_wait() returns it each time.  If the handler frees its source instead, and
# adds a new one, both have their turn.  Dispatched:
#
#   enabled again: 1000 deferred, 0 eventfd
#   a new one: 500 deferred, 500 eventfd
#
# An expert would not have guessed it: sd_event_source_set_priority(3) has an order for priorities
# only, and of two sources of one priority sd-event takes the one that has been pending for longer.
# But a deferred source is never not pending: neither the dispatch nor SD_EVENT_OFF takes that from
# it, so it counts as pending since it was made, and goes before all that became ready later.  A
# service that works in slices to stay responsive does not accept a connection until it is done.
# systemd 259 counts from the last dispatch instead (its pull request 39608).
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# dispatched again|new: what the loop of that kind dispatches
dispatched() {
	chroot "$system" /usr/bin/python3 -c '
import ctypes, os, sys

library = ctypes.CDLL("libsystemd.so.0")
OFF, ONESHOT, EPOLLIN = 0, -1, 1
count = {"deferred": 0, "eventfd": 0}
event, io, deferred = (ctypes.c_void_p() for _ in range(3))
HANDLER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
IO_HANDLER = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p
)


def check(result):
    if result < 0:
        raise OSError(-result, os.strerror(-result))


@IO_HANDLER
def on_io(source, fd, revents, userdata):
    count["eventfd"] += 1
    return 0


@HANDLER
def on_deferred(source, userdata):
    count["deferred"] += 1
    if sys.argv[1] == "again":
        check(library.sd_event_source_set_enabled(deferred, ONESHOT))
    else:
        library.sd_event_source_disable_unref(deferred)
        check(library.sd_event_add_defer(event, ctypes.byref(deferred), on_deferred, None))
    return 0


check(library.sd_event_new(ctypes.byref(event)))
check(library.sd_event_add_io(event, ctypes.byref(io), os.eventfd(1), EPOLLIN, on_io, None))
check(library.sd_event_add_defer(event, ctypes.byref(deferred), on_deferred, None))
for _ in range(1000):
    check(library.sd_event_run(event, ctypes.c_uint64(2**64 - 1)))
print("{deferred} deferred, {eventfd} eventfd".format(**count))
' "$1"
}

for release in 'bookworm 252.39-1~deb12u2' 'trixie 257.13-1~deb13u1'; do
	read -r suite version <<<"$release"
	echo "$suite:"
	root "$suite" "libsystemd0=$version" python3
	system=$tmp/$suite
	expect 'enabled again' '1000 deferred, 0 eventfd' "$(dispatched again)"
	expect 'a new one' '500 deferred, 500 eventfd' "$(dispatched new)"
done
