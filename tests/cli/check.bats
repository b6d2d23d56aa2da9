#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl check: the verdict on a token without a login.

load shared_patd

setup_file() {
	patd_world
	token_services other su sudo login
}

# refused_by TOKEN SERVICE REASON [COMMAND...]: as a service that asks for no token
refused_by() {
	run -1 --separate-stderr with_pam "${@:4}" patctl check --service="$2" <<<"$1"
	expect "${lines[0]}" ": refused"
	[ "${lines[1]}" = "  $3: see patctl doctor" ] || fail "$output"
	run -1 --separate-stderr with_pam "${@:4}" patctl check --json --service="$2" <<<"$1"
	[ "$(json '["refusals"]' <<<"$output")" = "['not-allowed']" ]
	[ "$(json '["accepted"]' <<<"$output")" = False ]
}

@test "check of a valid token exits 0 and prints name, id and user" {
	token=$(patctl generate -q "$T" --user=games)
	run -0 --separate-stderr patctl check <<<"$token"
	[ "$output" = "$T (${token:4:10}) of user games: accepted" ]
	run -0 as_games patctl check <<<"$token"
	run -0 patctl check -q <<<"$token"
	[ "$output" = "" ]
}

@test "check accepts a token without a newline" {
	token=$(patctl generate -q "$T")
	printf %s "$token" >"$BATS_TEST_TMPDIR/token"
	run -0 patctl check <"$BATS_TEST_TMPDIR/token"
}

@test "check leaves blanks and CR around a token out and says so" {
	token=$(patctl generate -q "$T")
	for text in " $token" "$token"$'\r' $'\t'"$token  "; do
		run -0 --separate-stderr patctl check <<<"$text"
		expect "$output" ": accepted"
		expect_stderr "blanks before or after the token were ignored"
		run -0 --separate-stderr patctl check -q <<<"$text"
		expect_no_stderr
	done
	run -2 patctl check <<<"${token:0:20} ${token:20}"
	run -2 patctl check <<<" ${token%?}"
}

@test "check does not count as a use or add to the history" {
	token=$(patctl generate -q "$T" --max-uses=1)
	patctl check -q <<<"$token"
	patctl check -q <<<"$token"
	login "$token" root 0
	run -0 patctl log "$T"
	[ "${#lines[@]}" -eq 2 ]
}

@test "check of a token with several problems exits 1 and prints each reason" {
	token=$(patctl generate -q "$T" --service=sudo --from=192.0.2.0/24 --not-before=2h)
	patctl revoke -q "$T"
	run -1 --separate-stderr with_pam patctl check --service=su --from=198.51.100.1 <<<"$token"
	expect_no_stderr
	expect "${lines[0]}" ": refused"
	expect "$output" "it is revoked"
	expect "$output" "it is not valid yet"
	expect "$output" "service su is not allowed (only: sudo)"
	expect "$output" "logins from 198.51.100.1 are not allowed (only from: 192.0.2.0/24)"
}

@test "check applies restrictions only to the service and source that are given" {
	token=$(patctl generate -q "$T" --service=sudo --from=192.0.2.0/24)
	run -0 patctl check <<<"$token"
	run -0 with_pam patctl check --service=sudo --from=192.0.2.7 <<<"$token"
	run -1 with_pam patctl check --service=sshd <<<"$token"
	run -1 patctl check --from=local <<<"$token"
}

@test "check names each restriction of the token that it was not asked about" {
	local services="Not checked: its --service=sudo; to check it, give --service."
	local sources="Not checked: its --from=192.0.2.0/24; to check it, give --from."
	token=$(patctl generate -q "$T" --service=sudo --from=192.0.2.0/24)
	run -0 --separate-stderr patctl check <<<"$token"
	expect_stderr "$services"
	expect_stderr "$sources"
	run -0 --separate-stderr with_pam patctl check --service=sudo <<<"$token"
	expect_not_stderr "its --service"
	expect_stderr "$sources"
	run -0 --separate-stderr patctl check --from=192.0.2.7 <<<"$token"
	expect_stderr "$services"
	expect_not_stderr "its --from"
	run -0 --separate-stderr patctl check --json <<<"$token"
	[ "$(json '["not_checked"]' <<<"$output")" = "['restricted-service', 'source', 'account-phase', 'service']" ]
	token=$(patctl generate -q "$T-free")
	run -0 --separate-stderr patctl check <<<"$token"
	expect_not_stderr "its --"
	run -0 --separate-stderr patctl check --json <<<"$token"
	[ "$(json '["not_checked"]' <<<"$output")" = "['account-phase', 'service']" ]
}

@test "check says why a source matches no restriction" {
	token=$(patctl generate -q "$T" --from=local,192.0.2.0/24)
	for accepted in "--service=sudo --from=local" --from=local "--service=monit --from=192.0.2.7"; do
		# shellcheck disable=SC2086 # two options
		run -0 with_pam patctl check $accepted <<<"$token"
	done
	run -1 --separate-stderr with_pam patctl check --service=monit --from=local <<<"$token"
	expect "$output" "service monit has no local logins: without an address their source is unknown (only from: local,192.0.2.0/24; see local_services in patd.conf(5))"
	run -1 --separate-stderr with_pam patctl check --service=sshd --from=unknown <<<"$token"
	expect "$output" "logins from an unknown source are not allowed (only from: local,192.0.2.0/24)"
	run -1 --separate-stderr with_pam patctl check --service=ngircd --from=localhost <<<"$token"
	expect "$output" "  the service named the host localhost instead of an address; this prevents it: DNS = no"
	run -1 --separate-stderr with_pam patctl check --service=proftpd --from=localhost <<<"$token"
	expect "$output" "service proftpd is in name_services of patd.conf(5), so that no address it reports counts; the service named the host localhost instead of an address; this prevents it: UseReverseDNS off"
	run -1 --separate-stderr with_pam patctl check --service=vsftpd --from=192.0.2.7 <<<"$token"
	expect "$output" "service vsftpd is in name_services of patd.conf(5), so that no address it reports counts"
	expect_not "$output" "logins from 192.0.2.7 are not allowed"
	run -1 --separate-stderr patctl check --from=localhost <<<"$token"
	expect "$output" "the service named the host localhost instead of an address"
	expect_not "$output" "prevents"
}

@test "check says that a shared service is local at the console only" {
	token=$(patctl generate -q "$T" --from=local)
	for service in login gdm-password; do
		run -0 --separate-stderr with_pam patctl check --service="$service" --from=local <<<"$token"
		expect_stderr "Logins through $service are local at the console only"
	done
	run -0 --separate-stderr with_pam patctl check --json --service=login --from=local <<<"$token"
	expect "$(json '["not_checked"]' <<<"$output")" "'terminal'"
	for checked in --service=login --from=local "--service=su --from=local"; do
		# shellcheck disable=SC2086 # two options
		run -0 --separate-stderr with_pam patctl check $checked <<<"$token"
		expect_not_stderr "terminal"
	done
	token=$(patctl generate -q "$T-free")
	run -0 --separate-stderr with_pam patctl check --service=login --from=local <<<"$token"
	expect_not_stderr "terminal"
}

@test "check says what would be allowed" {
	token=$(patctl generate -q "$T" --service=sudo,login --from=192.0.2.0/24 \
		--hours="$(TZ=UTC LC_ALL=C date -d '2 days' +%a)" --not-before=2h)
	run -1 --separate-stderr with_pam patctl check --service=su --from=local <<<"$token"
	expect "$output" "service su is not allowed (only: login,sudo)"
	expect "$output" "local logins are not allowed (only from: 192.0.2.0/24)"
	expect "$output" "logins at this time are not allowed (only: "
	expect "$output" "it is not valid yet (before 20"
}

# check_with_account TOKEN ENTRY [OPTION...]: by root, with the shadow entry of games
check_with_account() {
	echo "games:$2" >"$BATS_TEST_TMPDIR/shadow"
	# shellcheck disable=SC2016 # for the inner shell to expand
	run --separate-stderr unshare --mount sh -c \
		'mount --bind "$0" /etc/shadow && exec "$@"' "$BATS_TEST_TMPDIR/shadow" \
		patctl check "${@:3}" <<<"$1"
}

@test "check refuses a token of an expired account, as a login does" {
	token=$(patctl generate -q "$T" --user=games)
	check_with_account "$token" "*:19000:0:99999:7::0:"
	expect_status 1
	expect "$output" "the account of user games has expired"
	check_with_account "$token" "*:19000:0:99999:7::$(($(date +%s) / 86400)):"
	expect_status 1
	check_with_account "$token" "*:19000:0:99999:7::0:" --json
	[ "$(json '["refusals"]' <<<"$output")" = "['account-closed']" ]
	for entry in "*:19000:0:99999:7:::" '!:19000:0:99999:7::99999:'; do
		check_with_account "$token" "$entry"
		expect_status 0
		expect "$output" ": accepted"
	done
}

@test "check refuses a token of a locked account where the policy says so" {
	token=$(patctl generate -q "$T" --user=games)
	mkdir -p "$WORLD/etc"
	printf '[tokens]\ndeny_locked = yes\n' >"$WORLD/etc/patd.conf"
	patd_stop
	patd_start
	check_with_account "$token" '!:19000:0:99999:7:::'
	locked=$status$output
	check_with_account "$token" '*:19000:0:99999:7:::'
	open=$status$output
	rm "$WORLD/etc/patd.conf"
	patd_stop
	patd_start
	expect "$locked" "the password of user games is locked"
	[ "${locked::1}${open::1}" = 10 ]
}

@test "check refuses a token whose user is gone or is another account now" {
	token=$(patctl generate -q "$T" --user=games)
	run -1 with_nss NSS_GONE=games patctl check <<<"$token"
	expect "$output" "user games does not exist"
	run -1 with_nss NSS_UID=4242 patctl check <<<"$token"
	expect "$output" "user games is now another account"
	run -1 with_nss NSS_GONE=games patctl check --json <<<"$token"
	[ "$(json '["refusals"]' <<<"$output")" = "['other-user']" ]
}

@test "check says what it does not see of a login" {
	token=$(patctl generate -q "$T" --user=games)
	run -0 --separate-stderr patctl check <<<"$token"
	expect_stderr "Not checked: the account phase of PAM"
	expect_not_stderr "account of user games"
	run -0 --separate-stderr as_games patctl check <<<"$token"
	expect_stderr "Not checked: whether the account of user games has expired or is locked"
	run -0 --separate-stderr as_games patctl check --json <<<"$token"
	[ "$(json '["not_checked"]' <<<"$output")" = "['account', 'account-phase', 'service']" ]
	run -0 --separate-stderr patctl check --json <<<"$token"
	[ "$(json '["not_checked"]' <<<"$output")" = "['account-phase', 'service']" ]
	expect_no_stderr
	run -0 --separate-stderr with_nss NSS_FAILS=5 patctl check <<<"$token"
	expect_stderr "the user database does not answer"
}

@test "check warns of a service that PAM does not have" {
	token=$(patctl generate -q "$T")
	run -0 --separate-stderr with_pam patctl check --service=nosuch <<<"$token"
	expect_stderr 'this machine has no PAM service "nosuch"'
	run -0 --separate-stderr with_pam patctl check --service=log <<<"$token"
	expect_stderr 'no PAM service "log"; did you mean login?'
	run -0 --separate-stderr with_pam patctl check --service=common-auth <<<"$token"
	expect_stderr 'no PAM service "common-auth"'
	run -0 --separate-stderr with_pam patctl check --service=login <<<"$token"
	expect_not_stderr "no PAM service"
	run -0 --separate-stderr with_pam patctl check -q --service=nosuch <<<"$token"
	expect_no_stderr
}

@test "check refuses a token for a service whose auth lines have no pam_pat.so" {
	local none="asks for no token: pam_pat.so is not in"
	token_services with sub
	token=$(patctl generate -q "$T" --user=games)
	# Elsewhere than for auth it asks for nothing.
	printf '%s\n' 'auth required pam_unix.so' 'session optional pam_pat.so' >"$WORLD/pam.d/without"
	refused_by "$token" without "service without $none /etc/pam.d/without"
	refused_by "$token" without "service without $none /etc/pam.d/without" \
		setpriv --reuid=games --regid=games --clear-groups
	run -1 with_pam patctl check -q --service=without <<<"$token"
	[ "$output" = "" ]
	echo 'auth include without' >"$WORLD/pam.d/includes-none"
	refused_by "$token" includes-none "service includes-none $none /etc/pam.d/includes-none"
	for line in 'auth include with' 'auth substack with' '@include sub' 'auth required /x/pam_pat.so'; do
		printf 'auth required pam_env.so\n%s\n' "$line" >"$WORLD/pam.d/includes"
		run -0 with_pam patctl check --service=includes <<<"$token"
	done
	run -0 with_pam patctl check <<<"$token"
}

@test "check takes the lines of other for a service that has none" {
	token_services other
	token=$(patctl generate -q "$T" --user=games)
	echo 'session optional pam_pat.so' >"$WORLD/pam.d/sessions"
	for service in sessions nosuch; do
		run -0 with_pam patctl check --service=$service <<<"$token"
	done
	echo 'auth required pam_deny.so' >"$WORLD/pam.d/other"
	for service in sessions nosuch; do
		refused_by "$token" $service \
			"service $service asks for no token: pam_pat.so is not in /etc/pam.d/other"
	done
	rm "$WORLD/pam.d/other"
	refused_by "$token" sessions \
		"service sessions asks for no token: pam_pat.so is not in /etc/pam.d/other"
	token_services other
}

@test "check refuses a token for a service that libpam refuses" {
	token=$(patctl generate -q "$T")
	printf '%s\n' 'auth sufficient pam_pat.so' '@include nosuch' >"$WORLD/pam.d/broken"
	refused_by "$token" broken "libpam refuses the whole service broken: /etc/pam.d/broken:2: the included file cannot be read"
}

@test "check says that it has not read the files of a service that it may not read" {
	local unread="Not checked: whether service secret asks for a token"
	token=$(patctl generate -q "$T" --user=games)
	echo 'auth required pam_unix.so' >"$WORLD/pam.d/secret"
	chmod 0600 "$WORLD/pam.d/secret"
	run -0 --separate-stderr with_pam setpriv --reuid=games --regid=games --clear-groups \
		patctl check --service=secret <<<"$token"
	expect_stderr "$unread"
	run -0 --separate-stderr with_pam setpriv --reuid=games --regid=games --clear-groups \
		patctl check --json --service=secret <<<"$token"
	[ "$(json '["not_checked"]' <<<"$output")" = "['account', 'stack', 'account-phase', 'service']" ]
	run -1 --separate-stderr with_pam patctl check --service=secret <<<"$token"
	chmod 0644 "$WORLD/pam.d/secret"
	echo '@include common-auth' >"$WORLD/pam.d/secret"
	run -0 --separate-stderr with_pam patctl check --service=secret <<<"$token"
	expect_not_stderr "asks for a token"
}

@test "check of a replaced secret exits 1 and says so" {
	token=$(patctl generate -q "$T")
	patctl rotate -q "$T" --grace=none >/dev/null
	run -1 patctl check <<<"$token"
	expect "$output" "its secret was replaced"
}

@test "check --json prints name, verdict and refusals" {
	token=$(patctl generate -q "$T")
	run -0 patctl check --json <<<"$token"
	[ "$(json '["name"]' <<<"$output")" = "$T" ]
	[ "$(json '["accepted"]' <<<"$output")" = True ]
	[ "$(json '["refusals"]' <<<"$output")" = "[]" ]
	patctl revoke -q "$T"
	run -1 patctl check --json <<<"$token"
	[ "$(json '["refusals"]' <<<"$output")" = "['revoked']" ]
}

@test "check exits 2 on text that is no token and 4 on a missing or foreign one" {
	token=$(patctl generate -q "$T")
	run -2 patctl check </dev/null
	run -2 patctl check <<<password
	run -2 patctl check <<<"${token%?}"
	run -4 as_games patctl check <<<"$token"
	patctl revoke -q "$T"
	patctl delete -qy "$T"
	run -4 --separate-stderr patctl check <<<"$token"
	expect_not_stderr "${token:15}"
}

@test "a token as an operand of any verb exits 2 and is not printed" {
	token=$(patctl generate -q "$T")
	run -2 patctl show "$token "$'\r'
	expect "$output" "shell history"
	for verb in check show revoke "" generate; do
		# shellcheck disable=SC2086 # to be split
		run -2 patctl $verb "$token"
		expect "$output" "patctl rotate --grace=none --id ${token:4:10}"
		expect "$output" "shell history"
		expect_not "$output" "${token:15}"
	done
	run -0 patctl show "$T"
}

@test "a token within any argument exits 2 and is not recorded" {
	local token arguments before
	token=$(patctl generate -q "$T")
	before=$(patctl log --json)
	for arguments in "revoke $T --reason=leaked:$token" "rename $T x$token" "list --user $token" \
		"generate other --service=$token" "revoke $T -q --reason=$token."; do
		# shellcheck disable=SC2086 # to be split
		run -2 patctl $arguments
		expect "$output" "shell history"
		expect "$output" "patctl rotate --grace=none --id ${token:4:10}"
		expect_not "$output" "${token:15}"
	done
	[ "$(patctl log --json)" = "$before" ]
}

@test "check on a terminal hides the input and restores the echo" {
	local out=$BATS_TEST_TMPDIR/out
	token=$(patctl generate -q "$T")
	touch "$out"
	run -0 on_terminal "patctl check && stty -a" "$out" < <(
		wait_for "Token: " "$out"
		printf '%s\n' "$token"
	)
	expect "$output" "Token: "
	expect "$output" "accepted"
	expect_not "$output" "${token:15}"
	expect "$output" " echo "
}

@test "check restores the echo after Ctrl-C" {
	local out=$BATS_TEST_TMPDIR/out
	touch "$out"
	run on_terminal "trap : INT; patctl check; stty -a" "$out" < <(
		wait_for "Token: " "$out"
		printf '\003'
		wait_for " echo " "$out"
	)
	expect "$output" " echo "
}

# traced_check TOKEN COMMAND...: what it did with files and sockets is in $BATS_TEST_TMPDIR/trace
traced_check() {
	ASAN_OPTIONS=detect_leaks=0 run -0 strace -f \
		-e trace=openat,execve,write,pwrite64,sendto,sendmsg,fcntl -s 2000 \
		-o "$BATS_TEST_TMPDIR/trace" "${@:2}" patctl check -q <<<"$1"
}

@test "secrecy: check over the bus passes the token in a sealed memfd only" {
	token=$(patctl generate -q "$T" --user=games)
	traced_check "$token" setpriv --reuid=games --regid=games --clear-groups
	run -0 grep "${token:15}" "$BATS_TEST_TMPDIR/trace"
	[ "${#lines[@]}" -eq 1 ]
	expect_not "$output" "write(1,"
	run -0 grep F_ADD_SEALS "$BATS_TEST_TMPDIR/trace"
	expect "$output" "F_SEAL_SEAL|F_SEAL_SHRINK|F_SEAL_GROW|F_SEAL_WRITE"
}

@test "secrecy: check by root passes the token to nobody" {
	token=$(patctl generate -q "$T")
	traced_check "$token"
	run -1 grep "${token:15}" "$BATS_TEST_TMPDIR/trace"
}
