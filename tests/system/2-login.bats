# At every prompt where a password works, so does a token, and the password still does.

load system

setup_file() {
	ALICE=$(token laptop alice)
	BOB=$(token laptop bob --expires=never)
	export ALICE BOB
}

@test "a new token is not used yet" {
	[[ $(patctl show "$(id_of "$ALICE")") == *"Not used"* ]]
}

@test "ssh, password method" {
	by_ssh_password alice "$ALICE"
	by_ssh_password alice "$PASSWORD"
}

@test "ssh, keyboard-interactive method" {
	by_ssh_interactive alice "$ALICE"
	by_ssh_interactive alice "$PASSWORD"
}

@test "sudo -S" {
	by_sudo alice "$ALICE"
	by_sudo alice "$PASSWORD"
}

@test "su" {
	by_su bob "$BOB"
	by_su bob "$PASSWORD"
}

@test "login on a terminal" {
	by_console bob "$BOB"
	by_console bob "$PASSWORD"
}

@test "a token in use shows when it was last used" {
	[[ $(patctl show "$(id_of "$ALICE")") == *"Last used"* ]]
}

@test "the journal says who came in, where and with which token" {
	mark
	by_ssh_password alice "$ALICE"
	said "accepted: token=$(id_of "$ALICE") user=alice service=sshd tty=ssh rhost=127\.0\.0\.1"
	by_sudo alice "$ALICE"
	said "accepted: token=$(id_of "$ALICE") user=alice service=sudo "
	by_su bob "$BOB"
	said "accepted: token=$(id_of "$BOB") user=bob service=su "
	by_console bob "$BOB"
	said "accepted: token=$(id_of "$BOB") user=bob service=login tty=/?[a-z/]*pts/[0-9]+ rhost=$"
}

@test "a password leaves no trace of the module" {
	mark
	by_ssh_password alice "$PASSWORD"
	by_sudo alice "$PASSWORD"
	run ! said pam_pat
}
