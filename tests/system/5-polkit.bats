# People without root's rights make and manage tokens: polkit asks them who they are.

load system

# Each is to give a password of their own.
BOBS_PASSWORD='battery horse staple correct'

setup_file() {
	BOB=$(token bob-by-root bob)
	export BOB
	remember "$BOBS_PASSWORD"
	echo "bob:$BOBS_PASSWORD" | chpasswd
}

teardown_file() {
	echo "bob:$PASSWORD" | chpasswd
}

password_of() {
	[ "$1" = bob ] && echo "$BOBS_PASSWORD" || echo "$PASSWORD"
}

# person USER COMMAND [ANSWER]: over ssh on a terminal; ANSWER to every question for a password, the
# user's if none is given
person() {
	LOGIN_USER=$1 LOGIN_SECRET=$(password_of "$1") COMMAND=$2 \
		ANSWER=${3:-$(password_of "$1")} timeout 60 \
		expect -f "$BATS_TEST_DIRNAME/person.exp" | tr -d '\r'
	return "${PIPESTATUS[0]}"
}

# script USER COMMAND: over ssh without a terminal
script() {
	SSHPASS=$(password_of "$1") timeout 60 sshpass -e ssh -T -o LogLevel=ERROR \
		-o PreferredAuthentications=password -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null "$1@127.0.0.1" "$2" </dev/null
}

# The token in the last output.
shown() {
	# shellcheck disable=SC2154 # run assigns it
	grep -oE 'pat_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}' <<<"$output"
}

questions() {
	grep -c '^Password: ' <<<"$output"
}

@test "a person generates a token with her password, and it opens sudo" {
	run -0 person alice 'patctl generate by-hand'
	[[ $output == *"Authentication is required to generate the token by-hand for user alice"* ]]
	[ "$(questions)" -eq 1 ]
	token=$(shown)
	remember "$token"
	by_sudo alice "$token"
}

@test "the token alone is on standard output, the question on the terminal" {
	# shellcheck disable=SC2016 # the shell of alice
	run -0 person alice 'TOKEN=$(patctl generate -q in-a-script); echo "it has ${#TOKEN}"'
	[ "$(questions)" -eq 1 ]
	[[ $output == *"it has 64"* ]]
}

@test "a user who is no administrator generates one as well" {
	run -0 person bob 'patctl generate by-hand'
	token=$(shown)
	remember "$token"
	by_su bob "$token"
}

@test "a wrong password makes no token" {
	run -5 person alice 'patctl generate with-a-wrong-password' 'not it'
	[[ $output == *"ask an administrator"* ]]
	[[ $(patctl list --user=alice) != *with-a-wrong-password* ]]
}

@test "a token makes no tokens: that takes the password" {
	token=$(token no-mother alice)
	by_sudo alice "$token"
	run ! person alice 'patctl generate daughter' "$token"
	run -4 patctl show --user=alice daughter
	by_sudo alice "$token"
}

@test "nor one that polkit was given before patd asked" {
	token=$(token no-grandmother alice)
	# shellcheck disable=SC2016 # the shell of alice
	run person alice 'pkcheck --enable-internal-agent --allow-user-interaction --process $$ \
		--action-id org.patd.tokens1.generate-own; patctl --no-ask-password generate granddaughter' \
		"$token"
	echo "$output"
	run -4 patctl show --user=alice granddaughter
}

@test "a person restores a revoked token with her password" {
	token=$(token to-restore alice)
	run -0 person alice 'patctl revoke to-restore'
	[ "$(questions)" -eq 0 ]
	run ! by_sudo alice "$token"
	run -0 person alice 'patctl restore to-restore'
	[[ $output == *"Authentication is required to restore the token to-restore of user alice"* ]]
	[ "$(questions)" -eq 1 ]
	by_sudo alice "$token"
}

@test "who is no administrator does not get at the tokens of others with his password" {
	theirs=$(token not-bobs alice)
	run -5 person bob 'patctl revoke not-bobs --user=alice'
	[[ $output == *"Authenticating as: alice"* ]]
	run -5 person bob 'patctl generate bobs-idea --user=alice'
	run -5 person bob 'patctl list --all'
	by_sudo alice "$theirs"
	[[ $(patctl list --user=alice) != *bobs-idea* ]]
}

@test "an administrator manages those of others, and is asked once for a command" {
	run -0 person alice 'patctl generate by-alice --user=bob'
	[[ $output == *"to generate the token by-alice for user bob"* ]]
	[ "$(questions)" -eq 1 ]
	token=$(shown)
	remember "$token"
	by_su bob "$token"
	run -0 person alice 'patctl revoke by-alice bob-by-root --user=bob'
	[ "$(questions)" -eq 1 ]
	run ! by_su bob "$token"
	run ! by_su bob "$BOB"
	run -0 person alice 'patctl delete --yes by-alice --user=bob'
	run -0 person alice 'patctl list --all | cat'
	[[ $output == *bob-by-root* && $output != *by-alice* ]]
}

@test "without a terminal there is nobody to ask: refused, with advice" {
	run -5 --separate-stderr script alice 'patctl generate unattended'
	[ "$output" = "" ]
	# shellcheck disable=SC2154 # run assigns it
	[[ $stderr == *"run patctl on a terminal, or ask an administrator"* ]]
	[[ $(patctl list --user=alice) != *unattended* ]]
}

@test "--no-ask-password asks nobody" {
	run -5 person alice 'patctl generate --no-ask-password unasked'
	[ "$(questions)" -eq 0 ]
}

@test "without polkit root goes on, and users do what is free" {
	systemctl mask --runtime --now polkit.service
	token=$(token no-polkit bob)
	run -5 person bob 'patctl generate no-polkit-either'
	[ "$(questions)" -eq 0 ]
	run -0 script bob 'patctl revoke no-polkit && patctl delete --yes no-polkit'
	systemctl unmask --runtime polkit.service
}
