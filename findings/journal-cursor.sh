#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# systemd and systemd-journal-remote 252.39-1~deb12u2 (Debian 12).
#
# A script notes where the journal ends, does something, and asks what a unit has logged since.  The
# journal has an entry of another unit at the noted place, then first, second and third of the unit:
#
#   journalctl --after-cursor=CURSOR: first, noise, second, third
#   journalctl --after-cursor=CURSOR _SYSTEMD_UNIT=example.service: second, third
#
# An expert would not have guessed it: a filter hides entries that do not match, and here hides one
# that does.  journalctl goes to the cursor, and leaves out one entry, as that of the cursor.  But among
# those that match it is already behind the cursor.  If the noted entry is one of the unit's own, none
# is missing, so that the fault hides in a quiet test, and what it hides on a busy machine is the first
# line, which mostly says what went wrong.  Known as issue 30288 of systemd.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

root bookworm systemd=252.39-1~deb12u2 systemd-journal-remote=252.39-1~deb12u2
system=$tmp/bookworm
mkdir -p "$system/proc" "$system/srv"
mount -t proc proc "$system/proc"
cleanup() { umount "$system/proc"; }
second=0
# entry UNIT TEXT: prints an entry of the journal, in its export format.
entry() {
	second=$((second + 1))
	printf '%s\n' "__REALTIME_TIMESTAMP=$((1700000000 + second))000000" \
		"__MONOTONIC_TIMESTAMP=${second}000000" _BOOT_ID=00000000000040008000000000000001 \
		"_SYSTEMD_UNIT=$1" "MESSAGE=$2" ''
}
{
	entry example.service before
	entry other.service marker
	entry example.service first
	entry other.service noise
	entry example.service second
	entry example.service third
} >"$tmp/entries"
chroot "$system" /lib/systemd/systemd-journal-remote --output=/srv/test.journal - \
	<"$tmp/entries" >"$tmp/log" 2>&1

# read_journal OPTION...: prints the messages that journalctl shows.
read_journal() {
	chroot "$system" journalctl --quiet --no-pager --output=cat --file=/srv/test.journal "$@" |
		paste -sd ' '
}
# cursor TEXT: prints the cursor of that entry.
cursor() { read_journal --output=export "MESSAGE=$1" | sed 's/^__CURSOR=//; s/ .*//'; }

unit=_SYSTEMD_UNIT=example.service
expect 'all of the unit' 'before first second third' "$(read_journal $unit)"
expect 'after the marker' 'first noise second third' "$(read_journal --after-cursor="$(cursor marker)")"
expect 'of the unit, after the marker' 'second third' \
	"$(read_journal --after-cursor="$(cursor marker)" $unit)"
expect "of the unit, after the unit's own entry" 'first second third' \
	"$(read_journal --after-cursor="$(cursor before)" $unit)"
