# SPDX-License-Identifier: LGPL-2.1-or-later
# OpenSSH, with the method "keyboard-interactive".
packages openssh-server

configure() {
	systemctl restart ssh.service # another SSH server may have taken its place
	wait_until listens 22
}

login_with() {
	ssh_by keyboard-interactive "$1" "$2" id -un
}

row <<'END'
application  OpenSSH, keyboard-interactive
service      sshd
rhost        127.0.0.1
tty          ssh
ids          root/root
phases       auth account setcred session
password     accepted
token        accepted
local        refused
address      accepted
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
END
