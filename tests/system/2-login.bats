# SPDX-License-Identifier: LGPL-2.1-or-later
# Logins with tokens and with passwords, by each kind of prompt.

load system

setup_file() {
	ALICE=$(token laptop alice)
	BOB=$(token laptop bob --expires=never)
	export ALICE BOB
}

@test "a new token is shown as not used" {
	[[ $(patctl show "$(id_of "$ALICE")") == *"Not used"* ]]
}

@test "ssh accepts token and password by the password method" {
	by_ssh_password alice "$ALICE"
	by_ssh_password alice "$PASSWORD"
}

@test "ssh accepts token and password by keyboard-interactive" {
	by_ssh_interactive alice "$ALICE"
	by_ssh_interactive alice "$PASSWORD"
}

@test "sudo -S accepts token and password" {
	by_sudo alice "$ALICE"
	by_sudo alice "$PASSWORD"
}

@test "su accepts token and password" {
	by_su bob "$BOB"
	by_su bob "$PASSWORD"
}

@test "login on a terminal accepts token and password" {
	by_console bob "$BOB"
	by_console bob "$PASSWORD"
}

@test "a used token is shown with its last use" {
	[[ $(patctl show "$(id_of "$ALICE")") == *"Last used"* ]]
}

@test "a login with a token is logged with token, user, service and source" {
	mark_journal
	by_ssh_password alice "$ALICE"
	logged "accepted: token=$(id_of "$ALICE") user=alice service=sshd tty=ssh rhost=127\.0\.0\.1"
	by_sudo alice "$ALICE"
	logged "accepted: token=$(id_of "$ALICE") user=alice service=sudo "
	by_su bob "$BOB"
	logged "accepted: token=$(id_of "$BOB") user=bob service=su "
	by_console bob "$BOB"
	logged "accepted: token=$(id_of "$BOB") user=bob service=login tty=/?[a-z/]*pts/[0-9]+ rhost=$"
}

@test "a login with a password logs nothing of the module" {
	mark_journal
	by_ssh_password alice "$PASSWORD"
	by_sudo alice "$PASSWORD"
	run ! logged pam_pat
}
