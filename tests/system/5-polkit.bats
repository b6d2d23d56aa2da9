# SPDX-License-Identifier: LGPL-2.1-or-later
# Users without root manage tokens after a password dialog of polkit.

load system

# Other than that of alice.
BOBS_PASSWORD='battery horse staple correct'

setup_file() {
	BOB=$(token bob-by-root bob)
	export BOB
	record_secret "$BOBS_PASSWORD"
	echo "bob:$BOBS_PASSWORD" | chpasswd
}

teardown_file() {
	echo "bob:$PASSWORD" | chpasswd
}

password_of() {
	[ "$1" = bob ] && echo "$BOBS_PASSWORD" || echo "$PASSWORD"
}

# person USER COMMAND [ANSWER]: runs it over ssh on a terminal, and answers password prompts with
# ANSWER or the password of the user
person() {
	LOGIN_USER=$1 LOGIN_SECRET=$(password_of "$1") COMMAND=$2 \
		ANSWER=${3:-$(password_of "$1")} timeout 60 \
		expect -f "$BATS_TEST_DIRNAME/person.exp" | tr -d '\r'
	return "${PIPESTATUS[0]}"
}

# without_terminal USER COMMAND: runs it over ssh
without_terminal() {
	ssh_by password "$1" "$(password_of "$1")" "$2" </dev/null
}

# printed_token: the token in the last output
printed_token() {
	# shellcheck disable=SC2154 # run assigns it
	grep -oE 'pat_[0-9A-Za-z]{10}_[0-9A-Za-z]{45}' <<<"$output"
}

prompts() {
	grep -c '^Password: ' <<<"$output"
}

@test "a token generated after a password dialog is accepted by sudo" {
	run -0 person alice 'patctl generate with-dialog'
	[[ $output == *"Authentication is required to generate the token with-dialog for user alice"* ]]
	[ "$(prompts)" -eq 1 ]
	token=$(printed_token)
	record_secret "$token"
	by_sudo alice "$token"
}

@test "generate prints the token on standard output and the dialog on the terminal" {
	# shellcheck disable=SC2016 # for the shell of alice
	run -0 person alice 'TOKEN=$(patctl generate -q in-a-script); echo "it has ${#TOKEN}"'
	[ "$(prompts)" -eq 1 ]
	[[ $output == *"it has 60"* ]]
}

@test "a user who is no administrator generates a token after a dialog" {
	run -0 person bob 'patctl generate with-dialog'
	token=$(printed_token)
	record_secret "$token"
	by_su bob "$token"
}

@test "generate with a wrong password exits 5 and makes no token" {
	run -5 person alice 'patctl generate with-a-wrong-password' 'not it'
	[[ $output == *"the password was wrong or not entered"* ]]
	[[ $(patctl list --user=alice) != *with-a-wrong-password* ]]
}

@test "no token creates a token: a token as the answer to the dialog makes no token" {
	token=$(token as-answer alice)
	by_sudo alice "$token"
	run -5 person alice 'patctl generate generated' "$token"
	[[ $output == *"a token is not accepted there"* ]]
	run -4 patctl show --user=alice generated
	by_sudo alice "$token"
}

@test "no token creates a token: a token as the answer to an earlier dialog of pkcheck makes no token" {
	token=$(token as-earlier-answer alice)
	# shellcheck disable=SC2016 # for the shell of alice
	run person alice 'pkcheck --enable-internal-agent --allow-user-interaction --process $$ \
		--action-id org.patd.tokens1.generate-own; patctl --no-ask-password generate grandgenerated' \
		"$token"
	echo "$output"
	run -4 patctl show --user=alice grandgenerated
}

@test "revoke needs no password and restore one" {
	token=$(token to-restore alice)
	run -0 person alice 'patctl revoke to-restore'
	[ "$(prompts)" -eq 0 ]
	run ! by_sudo alice "$token"
	run -0 person alice 'patctl restore to-restore'
	[[ $output == *"Authentication is required to restore the token to-restore of user alice"* ]]
	[ "$(prompts)" -eq 1 ]
	by_sudo alice "$token"
}

@test "tokens of others are denied to a user who is no administrator" {
	theirs=$(token not-bobs alice)
	run -5 person bob 'patctl revoke not-bobs --user=alice'
	[[ $output == *"Authenticating as: alice"* ]]
	run -5 person bob 'patctl generate by-bob --user=alice'
	run -5 person bob 'patctl list --all'
	by_sudo alice "$theirs"
	[[ $(patctl list --user=alice) != *by-bob* ]]
}

@test "an administrator manages tokens of others with one dialog per command" {
	run -0 person alice 'patctl generate by-alice --user=bob'
	[[ $output == *"to generate the token by-alice for user bob"* ]]
	[ "$(prompts)" -eq 1 ]
	token=$(printed_token)
	record_secret "$token"
	by_su bob "$token"
	run -0 person alice 'patctl revoke by-alice bob-by-root --user=bob'
	[ "$(prompts)" -eq 1 ]
	run ! by_su bob "$token"
	run ! by_su bob "$BOB"
	run -0 person alice 'patctl delete --yes by-alice --user=bob'
	run -0 person alice 'patctl list --all | cat'
	[[ $output == *bob-by-root* && $output != *by-alice* ]]
}

@test "generate without a terminal exits 5 and suggests one" {
	run -5 --separate-stderr without_terminal alice 'patctl generate unattended'
	[ "$output" = "" ]
	# shellcheck disable=SC2154 # run assigns it
	[[ $stderr == *"run patctl on a terminal, or ask an administrator"* ]]
	[[ $(patctl list --user=alice) != *unattended* ]]
}

@test "generate --no-ask-password exits 5 without a dialog" {
	run -5 person alice 'patctl generate --no-ask-password unasked'
	[ "$(prompts)" -eq 0 ]
}

@test "without polkit root generates tokens and users revoke and delete" {
	systemctl mask --runtime --now polkit.service
	token=$(token no-polkit bob)
	run -5 person bob 'patctl generate no-polkit-either'
	[ "$(prompts)" -eq 0 ]
	run -0 without_terminal bob 'patctl revoke no-polkit && patctl delete --yes no-polkit'
	systemctl unmask --runtime polkit.service
}
