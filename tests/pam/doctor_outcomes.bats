#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl doctor predicts the outcomes of the real libpam and pam_unix, with a fake patd.

bats_require_minimum_version 1.5.0
load outcomes

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
