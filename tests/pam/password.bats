#!/usr/bin/env bats
# Passwords beside tokens at the same prompt, with the real pam_unix.

load pam

PASSWORD='correct horse: battery_staple'

setup_file() {
	pam_world
	# A shadow file of our own, seen by one command at a time.
	perl -e 'printf "%s:%s:19000::::::\n", $ARGV[0], crypt($ARGV[1], q($6$saltsalt$))' \
		"$OWNER" "$PASSWORD" >"$WORLD/shadow"
	# What Debian's common-auth becomes with our profile.
	stack common <<-EOF
		auth [success=2 default=ignore] @pat@
		auth [success=1 default=ignore] pam_unix.so try_first_pass nodelay
		auth requisite pam_deny.so
		auth required pam_permit.so
	EOF
	# The same, and then PAM's items as variables of its environment.
	stack items <<-EOF
		auth required @pat@
		auth [default=ignore] $(find /usr/lib -name pam_get_items.so -print -quit)
	EOF
	stack first <<<'auth required @pat@ use_first_pass'
	TOKEN=$(generate t --user="$OWNER")
	export TOKEN
}

teardown_file() {
	patd_world_end
}

# prompted SERVICE ANSWER... [-- OPTION...]
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

@test "a password works, at one prompt" {
	run prompted common "$PASSWORD"
	says "authenticate: PAM_SUCCESS"
	[ "$(grep -c prompt: <<<"$output")" = 1 ]
	says "prompt: Password: "
}

@test "a token works, at one prompt" {
	run prompted common "$TOKEN"
	says "authenticate: PAM_SUCCESS"
	[ "$(grep -c prompt: <<<"$output")" = 1 ]
}

@test "neither a wrong password nor a wrong token does, at one prompt" {
	run prompted common wrong
	says "authenticate: PAM_AUTH_ERR"
	[ "$(grep -c prompt: <<<"$output")" = 1 ]
	run prompted common "$STRANGER"
	says "authenticate: PAM_AUTH_ERR"
	[ "$(grep -c prompt: <<<"$output")" = 1 ]
}

@test "patd stopped: a password works" {
	patd_stop
	run prompted common "$PASSWORD"
	says "authenticate: PAM_SUCCESS"
	run prompted common "$TOKEN"
	says "authenticate: PAM_AUTH_ERR"
	patd_start
	run prompted common "$TOKEN"
	says "authenticate: PAM_SUCCESS"
}

@test "the module removed: a password works" {
	sed "s|$WORLD/pam_pat.so|$WORLD/gone.so|" "$WORLD/pam.d/common" >"$WORLD/pam.d/removed"
	run prompted removed "$PASSWORD"
	says "authenticate: PAM_SUCCESS"
	run prompted removed "$TOKEN"
	says "authenticate: PAM_AUTH_ERR"
}

@test "a bad value in our line: a password works" {
	stack typo <<-EOF
		auth [success=1 default=ignore] @pat@ timeout=soon
		auth required pam_unix.so try_first_pass nodelay
	EOF
	run prompted typo "$PASSWORD"
	says "authenticate: PAM_SUCCESS"
	stack typo <<<'auth required @pat@ timeout=soon'
	run prompted typo "$TOKEN"
	says "authenticate: PAM_SYSTEM_ERR"
}

@test "a password is kept for the next module, a good token is not" {
	run prompted items "$PASSWORD" -- -e
	says "authenticate: PAM_CRED_INSUFFICIENT"
	says "item: PAM_AUTHTOK=$PASSWORD"
	run prompted items "$TOKEN" -- -e
	says "authenticate: PAM_SUCCESS"
	says "item: PAM_USER=$OWNER"
	silent_about PAM_AUTHTOK
}

@test "what is almost a token is a password" {
	for almost in "" "${TOKEN%?}" "${TOKEN}x" "${TOKEN^^}" " $TOKEN" "${TOKEN:0:63}-" \
		"${TOKEN:0:20}$([[ ${TOKEN:20:1} = a ]] && echo b || echo a)${TOKEN:21}"; do
		run prompted items "$almost" -- -e
		says "authenticate: PAM_CRED_INSUFFICIENT"
		says "item: PAM_AUTHTOK=$almost"
	done
}

@test "a password opens no socket, resolves no user and is sent nowhere" {
	stack quiet <<<'auth required @pat@'
	run typed "$PASSWORD" -- strace -f -o "$WORLD/trace" -e 'trace=%net,openat' \
		"$TOOLS/drive" "$WORLD/pam.d" quiet "$OWNER"
	says "authenticate: PAM_CRED_INSUFFICIENT"
	grep -q pam_pat.so "$WORLD/trace"
	# libpam itself opens a netlink socket for its audit record.
	run grep -E 'AF_UNIX|/etc/(passwd|shadow)' "$WORLD/trace"
	silent_about AF_UNIX
	silent_about /etc/
}

@test "a token in clear is in no system call after the prompt" {
	run typed "$TOKEN" -- strace -f -s 4096 -o "$WORLD/trace" -e 'trace=!read' \
		"$TOOLS/drive" "$WORLD/pam.d" pat "$OWNER"
	says "authenticate: PAM_SUCCESS"
	run cat "$WORLD/trace"
	[[ $output == *root.sock* ]]
	silent_about "${TOKEN:15:43}"
}

@test "a wrong user name is as good as any to a password" {
	run typed "$PASSWORD" -- "$TOOLS/drive" "$WORLD/pam.d" pat no-such-user
	says "authenticate: PAM_CRED_INSUFFICIENT"
}

@test "use_first_pass never asks" {
	run prompted first "$TOKEN"
	says "authenticate: PAM_CRED_INSUFFICIENT"
	silent_about prompt:
}

@test "a token typed for an earlier module is taken" {
	stack later <<-EOF
		auth sufficient pam_unix.so nodelay
		auth required @pat@ use_first_pass
	EOF
	run prompted later "$TOKEN"
	[ "$(grep -c prompt: <<<"$output")" = 1 ]
	silent_about PAM_CRED_INSUFFICIENT
	stack later <<-EOF
		auth [default=ignore] pam_unix.so nodelay
		auth required @pat@ try_first_pass
	EOF
	run prompted later "$TOKEN"
	says "authenticate: PAM_SUCCESS"
	[ "$(grep -c prompt: <<<"$output")" = 1 ]
}

@test "prompt= is what is asked with" {
	stack asking <<<'auth required @pat@ [prompt=Token or %s: ]'
	run prompted asking "$TOKEN"
	says "prompt: Token or %s: "
	says "authenticate: PAM_SUCCESS"
}

@test "an unknown option changes nothing" {
	stack odd <<<'auth required @pat@ nullok sufficient'
	run prompted odd "$TOKEN"
	says "authenticate: PAM_SUCCESS"
	run prompted odd "$STRANGER"
	says "authenticate: PAM_AUTH_ERR"
}

@test "no answer at the prompt is no token" {
	run "$TOOLS/drive" "$WORLD/pam.d" pat "$OWNER" </dev/null
	says "authenticate: PAM_CRED_INSUFFICIENT"
}

@test "PAM_IGNORE from an application does not become ours" {
	run login "$TOKEN" -i
	says "authenticate: PAM_CRED_INSUFFICIENT"
}

@test "a stock application: pamtester under pam_wrapper" {
	cp "$WORLD/pam.d/pat" "$WORLD/pam.d/stock"
	for word in "$TOKEN" "$STRANGER"; do
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
