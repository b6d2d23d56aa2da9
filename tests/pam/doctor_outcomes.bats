#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl doctor predicts the outcomes of the real libpam and pam_unix, with a fake patd.

bats_require_minimum_version 1.5.0
load pam

PASSWORD='correct horse'

setup_file() {
	pam_world
	IMAGE=$WORLD/image
	export IMAGE
	mkdir -p "$IMAGE/etc/pam.d" "$IMAGE/usr/lib/pam.d" "$IMAGE/usr/lib/security"
	touch "$IMAGE"/usr/lib/security/pam_{unix,deny,permit,exec,userdb}.so
	[ ! -e /etc/debian_version ] || cp /etc/debian_version "$IMAGE/etc"
	shadow_entry "$PASSWORD" >"$WORLD/shadow.true"
	service other <<<'auth required pam_deny.so'
	service common-auth <<-EOF
		auth [success=2 auth_err=die authinfo_unavail=die default=ignore] @module@
		auth [success=1 default=ignore] pam_unix.so nullok try_first_pass nodelay
		auth requisite pam_deny.so
		auth required pam_permit.so
	EOF
}

# service NAME <LINES: makes a service in the image
service() {
	sed "s|@module@|$WORLD/pam_pat.so socket=$WORLD/peer.sock|" >"$IMAGE/etc/pam.d/$1"
}

# in_image COMMAND: runs it with the image's PAM configuration and $WORLD/shadow
in_image() {
	: >"$WORLD/shadow"
	export -f outcome all_outcomes changes prompts
	export TOOLS PASSWORD OWNER UNKNOWN_TOKEN
	# shellcheck disable=SC2016 # for the inner shell to expand
	unshare --mount bash -c '
		mount --bind "$WORLD/shadow" /etc/shadow &&
			mount --bind "$IMAGE/etc/pam.d" /etc/pam.d && "$@"' bash "$@"
}

# outcome TYPED MANNER: the real outcome of the service "probe"; MANNER "": without patd
outcome() {
	local peer=()
	cp "$WORLD/shadow.true" "$WORLD/shadow"
	[ -z "$2" ] || peer=("$TOOLS/peer" "$WORLD/peer.sock" "$2")
	rm -f "$WORLD/peer.sock"
	printf '%s\n' "$1" "$1" "$1" "$1" |
		"${peer[@]}" "$TOOLS/drive" -k /etc/pam.d probe "$OWNER" |
		awk -F ': PAM_' '/^(authenticate|setcred): PAM_/ { last = $2 } END { print tolower(last) }'
}

# The real outcomes of all trials of doctor.
all_outcomes() {
	printf '%s %s\n' \
		token "$(outcome "$UNKNOWN_TOKEN" accepted)" \
		token-refused "$(outcome "$UNKNOWN_TOKEN" revoked)" \
		password "$(outcome "$PASSWORD" accepted)" \
		password-wrong "$(outcome wrong accepted)" \
		no-patd "$(outcome "$UNKNOWN_TOKEN" "")"
	mv "$WORLD/pam_pat.so" "$WORLD/away.so"
	printf '%s %s\n' \
		no-module "$(outcome "$PASSWORD" accepted)" \
		no-module-wrong "$(outcome wrong accepted)"
	mv "$WORLD/away.so" "$WORLD/pam_pat.so"
}

# Whether libpam lets who logged in by a token change the password of the service "probe".
changes() {
	printf '%s\n' "$UNKNOWN_TOKEN" |
		"$TOOLS/peer" "$WORLD/peer.sock" accepted "$TOOLS/drive" -u /etc/pam.d probe "$OWNER" |
		grep -q '^chauthtok: PAM_SUCCESS$'
}

# prompts TYPED: how often a login to the service "probe" asks, by a token that is accepted or a password
prompts() {
	cp "$WORLD/shadow.true" "$WORLD/shadow"
	printf '%s\n' "$1" "$1" "$1" |
		"$TOOLS/peer" "$WORLD/peer.sock" accepted "$TOOLS/drive" /etc/pam.d probe "$OWNER" |
		grep -c '^prompt: '
}

# The outcomes that patctl doctor predicts.
all_predicted() {
	patctl doctor --root="$IMAGE" --json | /usr/bin/python3 -c '
import json, sys
for service in json.load(sys.stdin)["services"]:
    if service["service"] == "probe":
        for item in service["outcomes"].items():
            print(*item)'
}

# expect_right <LINES: doctor predicts the real outcomes of that service
expect_right() {
	service probe
	all_predicted >"$WORLD/predicted"
	in_image all_outcomes >"$WORLD/real"
	[ "$(wc -l <"$WORLD/predicted")" = 7 ]
	diff "$WORLD/predicted" "$WORLD/real"
}

UNIX='pam_unix.so try_first_pass nodelay'

@test "doctor is right about the common stack of Debian with the packaged profile" {
	expect_right <<<'@include common-auth'
}

@test "doctor is right about the recipe for one service, and about the one before it" {
	for control in sufficient '[success=done auth_err=die authinfo_unavail=die default=ignore]'; do
		expect_right <<-EOF
			auth $control @module@
			auth [success=1 default=ignore] pam_unix.so nullok nodelay
			auth requisite pam_deny.so
			auth required pam_permit.so
		EOF
	done
}

@test "doctor is right about the recipe before a common stack with the module" {
	expect_right <<-'EOF'
		auth sufficient @module@
		@include common-auth
	EOF
}

@test "doctor is right about required, requisite and optional" {
	for control in required requisite; do
		expect_right <<-EOF
			auth $control @module@
			auth sufficient $UNIX
			auth required pam_deny.so
		EOF
		expect_right <<-EOF
			auth $control @module@
			auth required $UNIX
		EOF
	done
	expect_right <<<'auth required @module@'
	expect_right <<<'auth optional @module@'
}

@test "doctor is right about the module after pam_unix or pam_deny" {
	expect_right <<-EOF
		auth required $UNIX
		auth sufficient @module@
	EOF
	expect_right <<-EOF
		auth sufficient $UNIX
		auth sufficient @module@
		auth required pam_deny.so
	EOF
	expect_right <<-EOF
		auth [success=2 default=ignore] $UNIX
		auth requisite pam_deny.so
		auth sufficient @module@
		auth required pam_permit.so
	EOF
	expect_right <<-EOF
		auth [success=done default=die] $UNIX
		auth sufficient @module@
	EOF
}

@test "doctor is right about jumps, also beyond the end" {
	for jump in 1 2 3 4 9; do
		expect_right <<-EOF
			auth [success=$jump default=ignore] @module@
			auth [success=1 default=ignore] $UNIX
			auth requisite pam_deny.so
			auth required pam_permit.so
		EOF
	done
	expect_right <<-EOF
		auth [success=1 default=ignore] @module@
		auth required $UNIX
	EOF
}

@test "doctor is right about bracketed, upper-case and invalid controls" {
	for control in '[success=ok new_authtok_reqd=ok ignore=ignore default=bad]' SUFFICIENT \
		'[default=die success=done]' '[success = done default = ignore]' \
		'[auth_err=die default=ignore success=done]' '[success=reset default=ignore]' \
		'[success=0 default=ignore]' '[success=done nonsense=ok]' nonsense '[]' \
		'[module_unknown=ignore authinfo_unavail=ignore success=done default=bad]' \
		'[success=done default=bad cred_insufficient=ignore]' '[default=ignore]'; do
		expect_right <<-EOF
			auth $control @module@
			auth required $UNIX
		EOF
	done
}

@test "doctor is right about modules that ask again, and its command keeps them from it" {
	local db=db=$WORLD/none
	for line in 'pam_unix.so' 'pam_unix.so use_first_pass' 'pam_exec.so /bin/true' \
		'pam_exec.so expose_authtok /bin/true' "pam_userdb.so $db" \
		"pam_userdb.so $db try_first_pass" "pam_userdb.so $db use_first_pass"; do
		service probe <<-EOF
			auth [success=2 auth_err=die authinfo_unavail=die default=ignore] @module@
			auth [success=1 default=ignore] $UNIX
			auth requisite pam_deny.so
			auth required pam_permit.so
			auth [default=ignore] $line
		EOF
		for _ in 1 2; do # as it is, and after the command of doctor
			run patctl doctor --root="$IMAGE"
			[[ $output == *"after a token, another module asks"* ]] && after=2 || after=1
			[[ $output == *"a password is asked for twice"* ]] && twice=2 || twice=1
			echo "$line: $after $twice"
			[ "$(in_image prompts "$UNKNOWN_TOKEN")" = "$after" ]
			[ "$(in_image prompts "$PASSWORD")" = "$twice" ]
			command=$(grep -m 1 -o "sed -i .*" <<<"$output") || break
			bash -ec "${command/ \/etc\// $IMAGE/etc/}"
		done
	done
}

@test "doctor is right about include and substack" {
	service inner <<-EOF
		account required pam_deny.so
		auth [success=done default=ignore] @module@
		auth [success=done default=die] $UNIX
	EOF
	service dying <<-EOF
		auth requisite @module@
	EOF
	service jumping <<-EOF
		auth [success=2 default=ignore] @module@
		auth optional pam_permit.so
	EOF
	for how in include substack; do
		expect_right <<-EOF
			auth $how inner
			auth requisite pam_deny.so
		EOF
		expect_right <<-EOF
			auth $how inner
			auth optional pam_permit.so
		EOF
		expect_right <<-EOF
			auth $how dying
			auth sufficient $UNIX
		EOF
		expect_right <<-EOF
			auth $how jumping
			auth required $UNIX
			auth required pam_permit.so
		EOF
		expect_right <<-EOF
			auth [success=1 default=ignore] @module@
			auth $how inner
			auth required pam_permit.so
		EOF
		expect_right <<-EOF
			auth sufficient @module@
			auth $how no-such-file
		EOF
		expect_right <<-EOF
			auth required pam_permit.so
			auth $how inner
			auth [default=reset] pam_deny.so
		EOF
	done
	service reset <<-EOF
		auth sufficient @module@
		auth [success=ok default=reset] $UNIX
	EOF
	expect_right <<-EOF
		auth required pam_permit.so
		auth substack reset
	EOF
}

@test "doctor is right about continued lines, comments, a dash and invalid lines" {
	expect_right <<-'EOF'
		# auth required pam_deny.so
		auth \
		   sufficient \
		   @module@  # \
		-auth   required   pam_unix.so    nodelay
	EOF
	expect_right <<-EOF
		auth sufficient @module@
		outh required pam_permit.so
		auth required $UNIX
	EOF
	expect_right <<-EOF
		auth
		auth sufficient @module@
	EOF
	expect_right <<-EOF
		auth sufficient @module@
		auth required
		auth sufficient $UNIX
	EOF
	expect_right <<-EOF
		-auth required no-such-module.so
		auth sufficient @module@
	EOF
}

@test "doctor is right about a file that includes itself" {
	service loop <<-'EOF'
		auth sufficient @module@
		auth substack loop
	EOF
	expect_right <<<'auth substack loop'
}

@test "doctor reports a service that libpam refuses" {
	for lines in '@include no-such-file' $'auth required pam_permit.so \\'; do
		printf 'auth sufficient %s\n%s' "$WORLD/pam_pat.so" "$lines" >"$IMAGE/etc/pam.d/probe"
		run -1 patctl doctor --root="$IMAGE"
		[[ $output == *"probe: libpam refuses the whole service: /etc/pam.d/probe:2: "* ]]
		[ "$(in_image outcome "$PASSWORD" accepted)" = abort ]
	done
}

@test "no token creates a token: doctor is right about who can change the password" {
	local refuse='password [perm_denied=die default=ignore] @module@'
	for lines in "" 'password optional @module@' 'password required @module@' "$refuse" \
		$'password sufficient pam_permit.so\n'"$refuse" \
		"$refuse"$'\npassword sufficient pam_permit.so' \
		$'password requisite pam_deny.so\n'"$refuse" \
		'password [success=1 perm_denied=1 default=ignore] @module@' \
		$'password [success=1 default=ignore] pam_permit.so\n'"$refuse" \
		'password [perm_denied=bad default=ignore] @module@' \
		'password [perm_denied=ok default=ignore] @module@'; do
		printf '%s\n' 'auth sufficient @module@' "$lines" 'password required pam_permit.so' |
			service probe
		run patctl doctor --root="$IMAGE"
		if [[ $output == *"probe: a login with a token can change the password"* ]]; then
			in_image changes
		else
			run ! in_image changes
		fi
	done
}
