#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# systemd 252.39-1~deb12u2 (Debian 12) and 257.13-1~deb13u1 (Debian 13).
#
# A program has a catalog for its messages in the journal.  One text tells the administrator what to
# type, with the prompt of root.  `journalctl -x` shows the text without these lines, and without
# those that begin with a semicolon:
#
#   Make a new key:
#
#   Then start the service.
#
# The same lines with four spaces before them are there.  `journalctl --update-catalog` says nothing.
#
# An expert would not have guessed it: such a text is like the body of a mail, as the description of
# the format says (RFC 822), behind a header and an empty line, and nothing else in it is changed
# except @FIELD@; the empty lines stay, too.  The description has no word of comments.  They exist
# for the licence at the top of systemd's own files, and the parser looks for them before it knows
# whether it reads a body.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

for release in 'bookworm 252.39-1~deb12u2' 'trixie 257.13-1~deb13u1'; do
	read -r suite version <<<"$release"
	echo "$suite:"
	root "$suite" "systemd=$version"
	system=$tmp/$suite
	cat >"$system/usr/lib/systemd/catalog/example.catalog" <<'CATALOG'
-- 11112222333344445555666677778888
Subject: The key is lost
Defined-By: example

Make a new key:

# example make-key
; and wait
    # example check-key

Then start the service.
CATALOG
	expect 'journalctl --update-catalog' 'exit 0' \
		"$(chroot "$system" journalctl --update-catalog 2>&1; echo "exit $?")"
	expect 'journalctl --dump-catalog' '-- 11112222333344445555666677778888
Subject: The key is lost
Defined-By: example

Make a new key:

    # example check-key

Then start the service.' "$(chroot "$system" journalctl --dump-catalog 11112222333344445555666677778888)"
done
