# SPDX-License-Identifier: LGPL-2.1-or-later
# The outcomes that patctl doctor predicts for services of an image, and those of the real libpam.
# shellcheck shell=bash

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

# shellcheck disable=SC2034 # for the tests
UNIX='pam_unix.so try_first_pass nodelay'
