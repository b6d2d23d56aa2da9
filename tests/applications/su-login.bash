# SPDX-License-Identifier: LGPL-2.1-or-later
# su -, of util-linux, on a terminal.
# shellcheck source=tests/applications/su.bash
. "$APPLICATIONS/su.bash"

login_with() {
	ANSWER=$2 timeout 60 setpriv --reuid=nobody --regid=nogroup --clear-groups \
		expect -f "$APPLICATIONS/prompt.exp" su - "$1" -c 'id -un'
}

row <<'END'
application  su -
service      su-l
END
