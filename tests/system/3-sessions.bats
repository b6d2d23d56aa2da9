# SPDX-License-Identifier: LGPL-2.1-or-later
# Sessions that tokens open: listed while they are open, and ended by logind when their token is
# revoked.
# shellcheck disable=SC2030,SC2031 # each test is a process, and some set TOKEN and ID anew

load system
load sessions

setup_file() {
	sessions_begin
	# Of another user and of another token, and by password: these outlive all that follows.
	OTHERS=$(token others bob)
	export OTHERS
	hold bystander ssh_by password bob "$OTHERS" "$SAY_AND_WAIT"
	hold password ssh_by password alice "$PASSWORD" "$SAY_AND_WAIT"
}

teardown_file() {
	sessions_end
}

setup() {
	TOKEN=$(token "session$BATS_TEST_NUMBER" alice)
	ID=$(id_of "$TOKEN")
}

teardown() {
	[ "$BATS_TEST_COMPLETED" = 1 ] || journalctl --no-pager -n 20
	let_go_but bystander password
	lives bystander
	lives password
}

# by_ssh NAME: holds a session of alice's by ssh with TOKEN
by_ssh() {
	hold "$1" ssh_by password alice "$TOKEN" "$SAY_AND_WAIT"
}

@test "a session by ssh is listed with its process and logind's id until the logout" {
	by_ssh laptop
	[ "$(leader_of laptop)" = "$(listed pid)" ]
	[ "$(session_of laptop)" = "$(listed logind)" ]
	[ "$(listed service)" = sshd ]
	[ "$(listed from)" = 127.0.0.1 ]
	let_go laptop
	wait_until not_listed
}

@test "sessions are listed after a restart of patd" {
	by_ssh laptop
	systemctl restart patd.service
	[ "$(session_of laptop)" = "$(listed logind)" ]
	[ "$(leader_of laptop)" = "$(listed pid)" ]
	let_go laptop
	wait_until not_listed
}

@test "a session whose process was killed is not listed" {
	by_ssh laptop
	kill -KILL "$(listed pid)"
	wait_until not_listed
}

@test "ended sessions: revoke --end-sessions ends ssh, with sudo within, and no session of another token" {
	local other
	other=$(token other alice)
	hold other ssh_by password alice "$other" "$SAY_AND_WAIT"
	by_ssh laptop
	ANSWER=$TOKEN hold within ssh_by password alice "$TOKEN" "sudo -k -S -p '' $SAY_AND_WAIT"
	[ "$(listed service | sort | xargs)" = "sshd sshd sudo" ]
	patctl revoke "$ID" --end-sessions
	ended laptop
	ended within
	not_listed
	lives other
	patctl sessions "$(id_of "$other")" | grep -q sshd
	[ "$(patctl log "$ID" --event=session-ended --json | grep -c '"event": *"session-ended"')" -eq 3 ]
}

@test "ended sessions: without the option a session goes on until it is given" {
	by_ssh laptop
	patctl revoke "$ID"
	lives laptop
	[ "$(session_of laptop)" = "$(listed logind)" ]
	patctl revoke "$ID" --end-sessions
	ended laptop
}

@test "ended sessions: revoke --end-sessions ends login" {
	export LOGIN_USER=alice LOGIN_SECRET=$TOKEN LOGIN_STAYS=$SAY_AND_WAIT
	hold console expect -f "$BATS_TEST_DIRNAME/console.exp"
	[ "$(session_of console)" = "$(listed logind)" ]
	[ "$(listed service)" = login ]
	patctl revoke "$ID" --end-sessions
	ended console
	not_listed
}

# in_a_service COMMAND...: outside of every session, as a user without rights
in_a_service() {
	systemd-run --quiet --collect --pipe --uid=nobody -- "$@"
}

@test "ended sessions: revoke --end-sessions ends su -l outside of a session" {
	ANSWER=$TOKEN hold service in_a_service su -l alice -c "$SAY_AND_WAIT"
	[ "$(session_of service)" = "$(listed logind)" ]
	[ "$(listed service)" = su-l ]
	patctl revoke "$ID" --end-sessions
	ended service
	not_listed
}

@test "ended sessions: revoke --end-sessions ends sudo -i outside of a session" {
	ANSWER=$TOKEN hold service systemd-run --quiet --collect --pipe --uid=alice -- \
		sudo -k -S -p '' -i "$SAY_AND_WAIT"
	[ "$(listed service)" = sudo-i ]
	[ "$(loginctl show-session --value --property=Leader "$(listed logind)")" = "$(listed pid)" ]
	patctl revoke "$ID" --end-sessions
	ended service
	not_listed
}

@test "ended sessions: sudo and su within a session by password go on and are named with their pids" {
	ANSWER=$TOKEN hold sudo ssh_by password alice "$PASSWORD" "sudo -k -S -p '' $SAY_AND_WAIT"
	ANSWER=$TOKEN hold su ssh_by password bob "$PASSWORD" "su alice -c '$SAY_AND_WAIT'"
	local pids pid
	mapfile -t pids < <(listed pid)
	[ "${#pids[@]}" -eq 2 ]
	run patctl revoke "$ID" --end-sessions
	echo "$output"
	for pid in "${pids[@]}"; do
		grep -qw "$pid" <<<"$output"
		[[ $(ps -o comm= -p "$pid") =~ ^su(do)?$ ]]
	done
	lives sudo
	lives su
	[ "$(listed ending | sort -u)" = True ]
	kill "${pids[@]}"
	ended sudo
	ended su
	wait_until not_listed
}

@test "ended sessions: by policy, each revocation ends them" {
	with_policy 'revoke_ends_sessions = yes'
	by_ssh laptop
	patctl revoke "$ID"
	ended laptop
	without_policy
}

@test "ended sessions: by policy, expiry ends them" {
	with_policy 'expiry_ends_sessions = yes'
	TOKEN=$(token timed alice --expires=20s)
	ID=$(id_of "$TOKEN")
	by_ssh laptop
	lives laptop
	ended laptop
	not_listed
	has_state "$TOKEN" expired
	without_policy
}

@test "ended sessions: expiry does not end them by itself" {
	TOKEN=$(token passing alice --expires=20s)
	ID=$(id_of "$TOKEN")
	by_ssh laptop
	wait_until has_state "$TOKEN" expired
	lives laptop
	let_go laptop
}

@test "ended sessions: disable, revoke --all and rotate --grace=0 end them" {
	by_ssh disabled
	patctl disable alice --end-sessions
	ended disabled
	patctl enable alice
	by_ssh rotated
	rotated=$(patctl rotate --quiet "$ID" --grace=0 --end-sessions)
	record_secret "$rotated"
	ended rotated
	TOKEN=$rotated
	by_ssh all
	patctl revoke --all --user=alice --end-sessions --yes
	ended all
}

@test "ended sessions: patd-bus is started for it" {
	by_ssh laptop
	systemctl stop patd-bus.service
	patctl revoke "$ID" --end-sessions
	ended laptop
	systemctl is-active patd-bus.service
}

@test "ended sessions: none opens if the token was revoked since it was accepted" {
	# shellcheck disable=SC2016 # for that shell to expand
	printf '%s\n' '#!/bin/sh' '[ -z "$PAT_TOKEN_ID" ] || exec patctl revoke -q "$PAT_TOKEN_ID"' >/run/revoke
	chmod 0755 /run/revoke
	for service in sshd sudo su; do
		cp "/etc/pam.d/$service" "/run/pam.$service"
		# At the end of the authentication, which has set the variable.
		sed -i 's/^@include common-account$/account optional pam_exec.so quiet seteuid \/run\/revoke\n&/' \
			"/etc/pam.d/$service"
	done
	mark_journal
	run ! by_ssh_password alice "$TOKEN"
	logged "pam_pat\(sshd:session\): session refused \(revoked\): token=$ID user=alice "
	patctl restore "$ID"
	run ! by_sudo alice "$TOKEN"
	logged "pam_pat\(sudo:session\): session refused \(revoked\): token=$ID user=alice "
	patctl restore "$ID"
	run ! by_su alice "$TOKEN"
	by_sudo alice "$PASSWORD"
	for service in sshd sudo su; do
		cp "/run/pam.$service" "/etc/pam.d/$service"
	done
	rm /run/revoke
}

@test "ended sessions: revoke --end-sessions ends a desktop session" {
	desktop_begin alice "$TOKEN"
	# Of the user alone: the greeter had one, too.
	local session command
	read -r session command < <(HELD=/run/desktop/output said desktop)
	[ "$(loginctl show-session --value -p Type "$session")" = wayland ]
	[ "$(loginctl show-session --value -p Class "$session")" = user ]
	[ "$(loginctl show-session --value -p Seat "$session")" = seat0 ]
	[ "$(loginctl show-session --value -p Leader "$session")" = "$(listed pid)" ]
	[ "$(listed service)" = greetd ]
	[ "$(listed logind)" = "$session" ]
	patctl revoke "$ID" --end-sessions
	wait_until gone "$command"
	not_listed
	desktop_end
}
