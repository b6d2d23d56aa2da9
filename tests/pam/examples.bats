#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The lines of pam_pat(8) do what it says in the stacks of Debian, Fedora and Arch.

load pam
load ../cli/page

PASSWORD='the password'
SERVICES='debian service fedora substack arch'

# line PATTERN: the line of the manual that matches, with our module; type, control, module
line() {
	local found
	found=$(grep -hE -- "$1" "$WORLD"/blocks/*/* | sort -u)
	[ "$(wc -l <<<"$found")" -eq 1 ] && [ -n "$found" ]
	echo "${found/pam_pat.so/@pat@}"
}

setup_file() {
	pam_world
	mkdir "$WORLD/blocks"
	blocks pam_pat.8 DESCRIPTION "$WORLD/blocks/description"
	blocks pam_pat.8 EXAMPLES "$WORLD/blocks/examples"
	# As scdoc protects dots.
	sed -i 's/\\&//g' "$WORLD"/blocks/*/*
	shadow_entry "$PASSWORD" >"$WORLD/shadow"
	TOKEN=$(generate t --user="$OWNER")
	OTHER=$(generate t --user="$OTHER_USER")
	export TOKEN OTHER

	local lock="pam_faillock.so dir=$WORLD/tally deny=2"
	stack debian <<-EOF
		$(grep -h '^auth' "$WORLD/blocks/description/1" | sed 's/pam_pat.so/@pat@/; s/pam_unix.so/& nodelay/')
		password [success=1 default=ignore] pam_permit.so
		password requisite pam_deny.so
		password required pam_permit.so
		$(line '^password')
	EOF
	stack service <<-EOF
		$(line '^auth.*success=done')
		auth [success=1 default=ignore] pam_unix.so nullok nodelay
		auth requisite pam_deny.so
		auth required pam_permit.so
		$(line '^password')
		password required pam_permit.so
	EOF
	# authselect's "sssd", with faillock, without pam_sss.
	stack fedora <<-EOF
		auth required pam_env.so
		$(line '^auth.*success=done')
		auth required pam_faildelay.so delay=2000000
		auth required $lock preauth silent
		auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
		auth [default=1 ignore=ignore success=ok] pam_localuser.so
		auth sufficient pam_unix.so nullok
		auth required $lock authfail
		auth required pam_deny.so
		$(line '^password')
		password sufficient pam_permit.so
		password required pam_deny.so
	EOF
	# As sshd includes it, and sudo.
	stack substack <<-EOF
		auth substack $WORLD/pam.d/fedora
		password include $WORLD/pam.d/fedora
	EOF
	# pambase's system-auth.
	stack arch <<-EOF
		auth required $lock preauth
		$(line '^auth.*success=3')
		-auth [success=2 default=ignore] pam_systemd_home.so
		auth [success=1 default=bad] pam_unix.so try_first_pass nullok
		auth [default=die] $lock authfail
		auth optional pam_permit.so
		auth required pam_env.so
		auth required $lock authsucc
		$(line '^password')
		-password [success=1 default=ignore] pam_systemd_home.so
		password required pam_permit.so
	EOF
	for service in $SERVICES; do
		sed "s|$WORLD/pam_pat.so|$WORLD/gone.so|; s|/fedora\$|&-gone|" \
			"$WORLD/pam.d/$service" >"$WORLD/pam.d/$service-gone"
	done
}

# Of wrong passwords.
forget_tally() {
	rm -rf "$WORLD/tally"
	mkdir "$WORLD/tally"
}

setup() {
	forget_tally
}

# login_to SERVICE ANSWER [drive's OPTION...]
login_to() {
	answered "$2" -- with_shadow "$TOOLS/drive" "${@:3}" "$WORLD/pam.d" "$1" "$OWNER"
}

@test "the stacks of pam_pat(8) accept a token and a password, and refuse others" {
	for service in $SERVICES; do
		expect_result PAM_SUCCESS login_to "$service" "$TOKEN" -k
		expect_line "setcred: PAM_SUCCESS"
		expect_result PAM_SUCCESS login_to "$service" "$PASSWORD" -k
		expect_line "setcred: PAM_SUCCESS"
		expect_result PAM_AUTH_ERR login_to "$service" "$OTHER"
		expect_result PAM_AUTH_ERR login_to "$service" "a wrong password"
		forget_tally
	done
}

@test "no lockout: refused tokens are not counted as wrong passwords in the stacks of pam_pat(8)" {
	for service in fedora substack arch; do
		for _ in 1 2 3 4; do
			expect_result PAM_AUTH_ERR login_to "$service" "$OTHER"
		done
		expect_result PAM_SUCCESS login_to "$service" "$PASSWORD"
		# Wrong passwords are.
		for _ in 1 2; do
			expect_result PAM_AUTH_ERR login_to "$service" "a wrong password"
		done
		expect_result PAM_AUTH_ERR login_to "$service" "$PASSWORD"
		forget_tally
	done
}

@test "no lockout: without patd, and without the module, the stacks of pam_pat(8) accept a password" {
	for service in $SERVICES; do
		expect_result PAM_SUCCESS login_to "$service-gone" "$PASSWORD"
		expect_result PAM_AUTH_ERR login_to "$service-gone" "a wrong password"
		forget_tally
	done
	patd_stop
	for service in $SERVICES; do
		expect_result PAM_SUCCESS login_to "$service" "$PASSWORD"
		expect_result PAM_AUTHINFO_UNAVAIL login_to "$service" "$TOKEN"
	done
	patd_start
}

@test "no token creates a token: the stacks of pam_pat(8) change no password after a token" {
	for service in $SERVICES; do
		expect_result PAM_SUCCESS login_to "$service" "$TOKEN" -u
		expect_line "chauthtok: PAM_PERM_DENIED"
		expect_result PAM_SUCCESS login_to "$service" "$PASSWORD" -u
		expect_line "chauthtok: PAM_SUCCESS"
	done
}

@test "doctor finds nothing wrong with the stacks of pam_pat(8)" {
	image=$WORLD/image
	mkdir -p "$image/etc/pam.d" "$image/usr/lib/security"
	for service in $SERVICES; do
		sed "s|$WORLD/pam_pat.so|pam_pat.so|; s|$WORLD/pam.d/||" "$WORLD/pam.d/$service" \
			>"$image/etc/pam.d/$service"
	done
	grep -ohE 'pam_[a-z_]+\.so' "$image"/etc/pam.d/* | sort -u |
		while read -r module; do touch "$image/usr/lib/security/$module"; done
	for debian in false true; do
		! "$debian" || touch "$image/etc/debian_version"
		run patctl doctor --root="$image"
		echo "$output"
		[ "$(grep -c ' pam: ' <<<"$output")" -eq "$(grep -c '^ok  *pam: ' <<<"$output")" ]
		for service in $SERVICES; do
			grep -qE "^ok  *pam: .*\<$service\>" <<<"$output"
		done
	done
}
