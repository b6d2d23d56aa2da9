#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl doctor reads the files of PAM as the real libpam does, with a fake patd.

bats_require_minimum_version 1.5.0
load outcomes

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
