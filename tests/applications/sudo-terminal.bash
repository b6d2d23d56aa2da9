# SPDX-License-Identifier: LGPL-2.1-or-later
# sudo, on a terminal.
# shellcheck source=tests/applications/sudo.bash
. "$APPLICATIONS/sudo.bash"
packages expect

login_with() {
	on_terminal "$1" "$2" sudo -k id -un
}

row <<'END'
application  sudo, on a terminal
tty          /dev/pts/N
END
