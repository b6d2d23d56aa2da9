#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Passwords and tokens at the same prompt, with the real pam_unix.

load pam

PASSWORD='correct horse: battery_staple'

setup_file() {
	pam_world
	shadow_entry "$PASSWORD" >"$WORLD/shadow"
	# common-auth of Debian with our profile.
	stack common <<-EOF
		auth [success=2 default=ignore] @pat@
		auth [success=1 default=ignore] pam_unix.so try_first_pass nodelay
		auth requisite pam_deny.so
		auth required pam_permit.so
	EOF
	# Our module, and then a module that exports the items of PAM as environment variables.
	stack items <<-EOF
		auth required @pat@
		auth [default=ignore] $(find /usr/lib -name pam_get_items.so -print -quit)
	EOF
	stack first <<<'auth required @pat@ use_first_pass'
	TOKEN=$(generate t --user="$OWNER")
	export TOKEN
}

# prompted SERVICE ANSWER... [-- OPTION...]: runs drive with $WORLD/shadow
prompted() {
	local service=$1 answers=()
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		answers+=("$1")
		shift
	done
	printf '%s\n' "${answers[@]}" | with_shadow \
		"$TOOLS/drive" "${@:2}" "$WORLD/pam.d" "$service" "$OWNER"
}

@test "a password is accepted after one prompt" {
	expect_result PAM_SUCCESS prompted common "$PASSWORD"
	[ "$(grep -c prompt: <<<"$output")" = 1 ]
	expect_line "prompt: Password: "
}

@test "a token is accepted after one prompt" {
	expect_result PAM_SUCCESS prompted common "$TOKEN"
	[ "$(grep -c prompt: <<<"$output")" = 1 ]
}

@test "a wrong password and an unknown token are refused after one prompt" {
	expect_result PAM_AUTH_ERR prompted common wrong
	[ "$(grep -c prompt: <<<"$output")" = 1 ]
	expect_result PAM_AUTH_ERR prompted common "$UNKNOWN_TOKEN"
	[ "$(grep -c prompt: <<<"$output")" = 1 ]
}

@test "no lockout: a password is accepted while patd is stopped" {
	patd_stop
	expect_result PAM_SUCCESS prompted common "$PASSWORD"
	expect_result PAM_AUTH_ERR prompted common "$TOKEN"
	patd_start
	expect_result PAM_SUCCESS prompted common "$TOKEN"
}

# packaged NAME [TIMEOUT]: the line that the package installs, with a fake patd, before pam_unix
packaged() {
	local line
	line=$(grep -m1 pam_pat.so "$BATS_TEST_DIRNAME/../../debian/pam-configs/pat")
	# As pam-auth-update(8) writes it: past the two lines that follow.
	line=${line//success=end/success=2}
	stack "$1" <<-EOF
		auth ${line/pam_pat.so/@module@ socket=$WORLD/peer.sock timeout=${2:-$ANSWER_S}}
		auth [success=1 default=ignore] pam_unix.so try_first_pass nodelay
		auth requisite pam_deny.so
		auth required pam_permit.so
	EOF
}

# deceived MANNER ANSWER: authenticates by $SERVICE while a fake patd behaves in that manner
deceived() {
	answered "$2" -- with_shadow timeout "$TIMEOUT_S" "$TOOLS/peer" "$WORLD/peer.sock" "$1" \
		"$TOOLS/drive" "$WORLD/pam.d" "$SERVICE" "$OWNER"
}

@test "no lockout: a password is accepted whatever patd replies, and a token only if it accepts" {
	packaged packaged
	packaged brief 100ms
	for manner in short long huge other-magic no-such-verdict hanging-up silent full accepted \
		wrong revoked expired-never other-user not-allowed busy failed not-yet out-of-hours \
		wrong-service wrong-source exhausted rotated disabled against-policy account-closed \
		wrong-clock wrong-host stale unknown-issuer unclaimed; do
		SERVICE=packaged
		[[ $manner != @(silent|full) ]] || SERVICE=brief
		expect_result PAM_SUCCESS deceived "$manner" "$PASSWORD"
		if [ "$manner" = accepted ]; then
			expect_result PAM_SUCCESS deceived "$manner" "$UNKNOWN_TOKEN"
		else
			run deceived "$manner" "$UNKNOWN_TOKEN"
			[[ $output =~ "authenticate: PAM_"(AUTH_ERR|AUTHINFO_UNAVAIL) ]]
		fi
	done
}

@test "secrecy: a token that is not accepted reaches no module behind, whatever the line says" {
	items=$(find /usr/lib -name pam_get_items.so -print -quit)
	for control in optional sufficient required '[success=2 default=ignore]'; do
		stack behind <<-EOF
			auth $control @module@ socket=$WORLD/peer.sock timeout=$ANSWER_S
			auth [default=ignore] $items
		EOF
		for manner in wrong revoked not-allowed busy failed short hanging-up; do
			run answered "$UNKNOWN_TOKEN" -- "$TOOLS/peer" "$WORLD/peer.sock" "$manner" \
				"$TOOLS/drive" -e "$WORLD/pam.d" behind "$OWNER"
			[[ $output =~ "item: PAM_AUTHTOK="[0-9a-f]{64} ]]
			expect_without "$UNKNOWN_TOKEN"
		done
		run answered "$UNKNOWN_TOKEN" -- "$TOOLS/drive" -e "$WORLD/pam.d" behind no-such-user
		expect_without "$UNKNOWN_TOKEN"
	done
}

@test "no lockout: with the packaged line, the stack ends at a token that is not accepted" {
	packaged packaged
	# What pam_faillock would count.
	sed -i "2i auth optional $(find /usr/lib -name pam_get_items.so -print -quit)" \
		"$WORLD/pam.d/packaged"
	sed -i 's/success=2/success=3/' "$WORLD/pam.d/packaged"
	for manner in wrong revoked failed hanging-up; do
		run answered "$UNKNOWN_TOKEN" -- with_shadow timeout "$TIMEOUT_S" "$TOOLS/peer" \
			"$WORLD/peer.sock" "$manner" "$TOOLS/drive" -e "$WORLD/pam.d" packaged "$OWNER"
		expect_without item:
		expect_without PAM_SUCCESS
	done
}

@test "no lockout: a password is accepted while patd hangs" {
	kill -STOP "$(cat "$WORLD/patd.pid")"
	run prompted common "$PASSWORD"
	kill -CONT "$(cat "$WORLD/patd.pid")"
	expect_line "authenticate: PAM_SUCCESS"
}

@test "no lockout: a password is accepted after the module was removed" {
	sed "s|$WORLD/pam_pat.so|$WORLD/gone.so|" "$WORLD/pam.d/common" >"$WORLD/pam.d/removed"
	expect_result PAM_SUCCESS prompted removed "$PASSWORD"
	expect_result PAM_AUTH_ERR prompted removed "$TOKEN"
}

@test "no lockout: a password is accepted with an invalid value of a module option" {
	stack typo <<-EOF
		auth [success=1 default=ignore] @pat@ timeout=soon
		auth required pam_unix.so try_first_pass nodelay
	EOF
	expect_result PAM_SUCCESS prompted typo "$PASSWORD"
	stack typo <<<'auth required @pat@ timeout=soon'
	expect_result PAM_AUTHINFO_UNAVAIL prompted typo "$TOKEN"
}

@test "a password stays in PAM_AUTHTOK and an accepted token does not" {
	expect_result PAM_CRED_INSUFFICIENT prompted items "$PASSWORD" -- -e
	expect_line "item: PAM_AUTHTOK=$PASSWORD"
	expect_result PAM_SUCCESS prompted items "$TOKEN" -- -e
	expect_line "item: PAM_USER=$OWNER"
	expect_without PAM_AUTHTOK
}

@test "passwords: text that is not a well-formed token is passed on as a password" {
	for almost in "" "${TOKEN%?}" "${TOKEN}x" "${TOKEN^^}" "${TOKEN:0:59}-" \
		"x $TOKEN" "$TOKEN x" " ${TOKEN%?}" " ${TOKEN:0:30} ${TOKEN:30}" \
		"                 $TOKEN" " ${TOKEN^^} " \
		"${TOKEN:0:20}$([[ ${TOKEN:20:1} = a ]] && echo b || echo a)${TOKEN:21}"; do
		expect_result PAM_CRED_INSUFFICIENT prompted items "$almost" -- -e
		expect_line "item: PAM_AUTHTOK=$almost"
	done
}

@test "passwords: a password causes no connection and no user lookup" {
	stack quiet <<<'auth required @pat@'
	expect_result PAM_CRED_INSUFFICIENT answered "$PASSWORD" -- \
		strace -f -o "$WORLD/trace" -e 'trace=%net,openat' \
		"$TOOLS/drive" "$WORLD/pam.d" quiet "$OWNER"
	grep -q pam_pat.so "$WORLD/trace"
	# libpam itself opens a netlink socket for its audit record.
	run grep -E 'AF_UNIX|/etc/(passwd|shadow)' "$WORLD/trace"
	expect_without AF_UNIX
	expect_without /etc/
}

@test "secrecy: a token is in no system call after the prompt" {
	expect_result PAM_SUCCESS answered "$TOKEN" -- \
		strace -f -s 4096 -o "$WORLD/trace" -e 'trace=!read' \
		"$TOOLS/drive" "$WORLD/pam.d" pat "$OWNER"
	run cat "$WORLD/trace"
	[[ $output == *root.sock* ]]
	expect_without "${TOKEN:15:39}"
}

@test "secrecy: the memory of an application has no digest after an authentication" {
	for result in accepted refused; do
		[ "$result" = accepted ] || patctl revoke -q t --user="$OWNER"
		run answered "$TOKEN" -- /usr/bin/python3 -B "$BATS_TEST_DIRNAME/memory.py" "$TOKEN" \
			"$TOOLS/drive" -S "$WORLD/pam.d" pat "$OWNER"
		expect_line id
		expect_without digest
	done
	patctl restore -q t --user="$OWNER"
}

@test "a password for an unknown user returns PAM_CRED_INSUFFICIENT" {
	expect_result PAM_CRED_INSUFFICIENT answered "$PASSWORD" -- \
		"$TOOLS/drive" "$WORLD/pam.d" pat no-such-user
}

@test "use_first_pass without an earlier answer does not prompt" {
	expect_result PAM_CRED_INSUFFICIENT prompted first "$TOKEN"
	expect_without prompt:
}

@test "a token typed for an earlier module is used" {
	stack later <<-EOF
		auth sufficient pam_unix.so nodelay
		auth required @pat@ use_first_pass
	EOF
	run prompted later "$TOKEN"
	[ "$(grep -c prompt: <<<"$output")" = 1 ]
	expect_without PAM_CRED_INSUFFICIENT
	stack later <<-EOF
		auth [default=ignore] pam_unix.so nodelay
		auth required @pat@ try_first_pass
	EOF
	expect_result PAM_SUCCESS prompted later "$TOKEN"
	[ "$(grep -c prompt: <<<"$output")" = 1 ]
}

@test "the option prompt= sets the prompt" {
	stack asking <<<'auth required @pat@ [prompt=Token or %s: ]'
	run prompted asking "$TOKEN"
	expect_line "prompt: Token or %s: "
	expect_line "authenticate: PAM_SUCCESS"
}

@test "an unknown option does not change the result" {
	stack odd <<<'auth required @pat@ nullok sufficient'
	expect_result PAM_SUCCESS prompted odd "$TOKEN"
	expect_result PAM_AUTH_ERR prompted odd "$UNKNOWN_TOKEN"
}

@test "a prompt without an answer returns PAM_AUTH_ERR, and no other module asks" {
	expect_result PAM_AUTH_ERR "$TOOLS/drive" "$WORLD/pam.d" pat "$OWNER" </dev/null
	stack asked <<-EOF
		auth [success=done auth_err=die authinfo_unavail=die default=ignore] @pat@
		auth required pam_unix.so try_first_pass nodelay
	EOF
	expect_result PAM_AUTH_ERR "$TOOLS/drive" -e "$WORLD/pam.d" asked "$OWNER" </dev/null
	[ "$(grep -c prompt: <<<"$output")" = 1 ]
}

@test "an account with an empty password is asked, for an empty line or a token" {
	unix='auth required pam_unix.so nullok try_first_pass nodelay'
	stack before <<<"$unix"
	stack open <<-EOF
		auth [success=done auth_err=die authinfo_unavail=die default=ignore] @pat@
		$unix
	EOF
	cp "$WORLD/shadow" "$WORLD/shadow.kept"
	printf '%s::19000::::::\n' "$OWNER" >"$WORLD/shadow"
	unanswered() { with_shadow "$TOOLS/drive" -e "$WORLD/pam.d" "$1" "$OWNER" </dev/null; }
	expect_result PAM_SUCCESS unanswered before
	expect_without prompt:
	expect_result PAM_SUCCESS prompted open ""
	expect_result PAM_SUCCESS prompted open "$TOKEN"
	expect_result PAM_AUTH_ERR prompted open "$UNKNOWN_TOKEN"
	expect_result PAM_AUTH_ERR unanswered open
	mv "$WORLD/shadow.kept" "$WORLD/shadow"
}

@test "PAM_IGNORE from the conversation returns PAM_AUTH_ERR" {
	expect_result PAM_AUTH_ERR login "$TOKEN" -i
}

@test "without a password to use first, the next module asks" {
	stack unasked <<-EOF
		auth [success=done auth_err=die authinfo_unavail=die default=ignore] @pat@ use_first_pass
		auth required pam_unix.so try_first_pass nodelay
	EOF
	run "$TOOLS/drive" -e "$WORLD/pam.d" unasked "$OWNER" </dev/null
	[ "$(grep -c prompt: <<<"$output")" = 1 ]
}

@test "pamtester accepts a token and refuses an unknown one" {
	cp "$WORLD/pam.d/pat" "$WORLD/pam.d/stock"
	for word in "$TOKEN" "$UNKNOWN_TOKEN"; do
		printf '%s\n' "$word"
	done >"$WORLD/words"
	stock() {
		PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR=$WORLD/pam.d \
			preloaded libpam_wrapper.so -- pamtester stock "$OWNER" authenticate
	}
	run stock < <(head -1 "$WORLD/words")
	[ "$status" = 0 ]
	run stock < <(tail -1 "$WORLD/words")
	[ "$status" = 1 ]
	[[ $output == *"Authentication failure"* ]]
}

# As su, pamtester has the conversation of libpam_misc.
@test "an announcement is not in the standard output of a program with misc_conv" {
	cp "$WORLD/pam.d/pat" "$WORLD/pam.d/stock"
	token=$(generate brief --user="$OWNER" --expires=2d)
	PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR=$WORLD/pam.d preloaded libpam_wrapper.so -- \
		pamtester stock "$OWNER" authenticate \
		<<<"$token" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
	grep -q "This token expires in " "$BATS_TEST_TMPDIR/err"
	[ "$(grep -c expires "$BATS_TEST_TMPDIR/out")" = 0 ]
}
