#!/usr/bin/env bats
# What patctl doctor says would happen is what happens: the same stacks under the real libpam, with
# the real pam_unix, and a fake patd that answers as the trial has it.

bats_require_minimum_version 1.5.0
load pam

PASSWORD='correct horse'

setup_file() {
	pam_world
	IMAGE=$WORLD/image
	export IMAGE
	mkdir -p "$IMAGE/etc/pam.d" "$IMAGE/usr/lib/pam.d" "$IMAGE/usr/lib/security"
	touch "$IMAGE"/usr/lib/security/pam_{unix,deny,permit}.so
	[ ! -e /etc/debian_version ] || cp /etc/debian_version "$IMAGE/etc"
	shadow plain "$PASSWORD"
	# Where pam_pat knows no better, pam_unix gets what was typed: the token is the password.
	shadow token "$STRANGER"
	service other <<<'auth required pam_deny.so'
	service common-auth <<-EOF
		auth [success=2 default=ignore] @module@
		auth [success=1 default=ignore] pam_unix.so nullok try_first_pass nodelay
		auth requisite pam_deny.so
		auth required pam_permit.so
	EOF
}

teardown_file() {
	patd_world_end
}

# shadow NAME PASSWORD
shadow() {
	perl -e 'printf "%s:%s:19000::::::\n", $ARGV[0], crypt($ARGV[1], q($6$saltsalt$))' \
		"$OWNER" "$2" >"$WORLD/shadow.$1"
}

# service NAME <LINES: in the image
service() {
	sed "s|@module@|$WORLD/pam_pat.so socket=$WORLD/peer.sock|" >"$IMAGE/etc/pam.d/$1"
}

# in_image COMMAND: where PAM's files and shadow(5) are the test's own
in_image() {
	: >"$WORLD/shadow"
	export -f really all_really
	export TOOLS PASSWORD OWNER STRANGER
	# shellcheck disable=SC2016 # for the inner shell to expand
	unshare --mount bash -c '
		mount --bind "$WORLD/shadow" /etc/shadow &&
			mount --bind "$IMAGE/etc/pam.d" /etc/pam.d && "$@"' bash "$@"
}

# really SHADOW TYPED MANNER: what comes of it at the service "probe"; MANNER "" is no patd
really() {
	local peer=()
	cp "$WORLD/shadow.$1" "$WORLD/shadow"
	[ -z "$3" ] || peer=("$TOOLS/peer" "$WORLD/peer.sock" "$3")
	rm -f "$WORLD/peer.sock"
	printf '%s\n' "$2" "$2" "$2" "$2" |
		"${peer[@]}" "$TOOLS/drive" -k /etc/pam.d probe "$OWNER" |
		awk -F ': PAM_' '/^(authenticate|setcred): PAM_/ { last = $2 } END { print tolower(last) }'
}

# The service "probe" in all its trials, really.
all_really() {
	printf '%s %s\n' \
		token "$(really plain "$STRANGER" accepted)" \
		token-refused "$(really plain "$STRANGER" revoked)" \
		password "$(really plain "$PASSWORD" accepted)" \
		password-wrong "$(really plain wrong accepted)" \
		no-patd "$(really token "$STRANGER" "")" \
		no-patd-wrong "$(really plain "$STRANGER" "")"
	mv "$WORLD/pam_pat.so" "$WORLD/away.so"
	printf '%s %s\n' \
		no-module "$(really plain "$PASSWORD" accepted)" \
		no-module-wrong "$(really plain wrong accepted)"
	mv "$WORLD/away.so" "$WORLD/pam_pat.so"
}

# The same, as patctl doctor has it.
all_told() {
	patctl doctor --root="$IMAGE" --json | /usr/bin/python3 -c '
import json, sys
for service in json.load(sys.stdin)["services"]:
    if service["service"] == "probe":
        for item in service["outcomes"].items():
            print(*item)'
}

# alike <LINES: probe is told as it is
alike() {
	service probe
	all_told >"$WORLD/told"
	in_image all_really >"$WORLD/real"
	[ "$(wc -l <"$WORLD/told")" = 8 ]
	diff "$WORLD/told" "$WORLD/real"
}

UNIX='pam_unix.so try_first_pass nodelay'

@test "Debian's common stack with the packaged profile" {
	alike <<<'@include common-auth'
}

@test "the recipe for one service" {
	alike <<-'EOF'
		auth sufficient @module@
		auth [success=1 default=ignore] pam_unix.so nullok nodelay
		auth requisite pam_deny.so
		auth required pam_permit.so
	EOF
}

@test "the recipe above a common stack that has the module, too" {
	alike <<-'EOF'
		auth sufficient @module@
		@include common-auth
	EOF
}

@test "required and requisite" {
	for control in required requisite; do
		alike <<-EOF
			auth $control @module@
			auth sufficient $UNIX
			auth required pam_deny.so
		EOF
		alike <<-EOF
			auth $control @module@
			auth required $UNIX
		EOF
	done
	alike <<<'auth required @module@'
	alike <<<'auth optional @module@'
}

@test "behind pam_unix, and behind pam_deny" {
	alike <<-EOF
		auth required $UNIX
		auth sufficient @module@
	EOF
	alike <<-EOF
		auth sufficient $UNIX
		auth sufficient @module@
		auth required pam_deny.so
	EOF
	alike <<-EOF
		auth [success=2 default=ignore] $UNIX
		auth requisite pam_deny.so
		auth sufficient @module@
		auth required pam_permit.so
	EOF
	alike <<-EOF
		auth [success=done default=die] $UNIX
		auth sufficient @module@
	EOF
}

@test "jumps that are too short, too long, and to the end" {
	for jump in 1 2 3 4 9; do
		alike <<-EOF
			auth [success=$jump default=ignore] @module@
			auth [success=1 default=ignore] $UNIX
			auth requisite pam_deny.so
			auth required pam_permit.so
		EOF
	done
	alike <<-EOF
		auth [success=1 default=ignore] @module@
		auth required $UNIX
	EOF
}

@test "controls word for word, in any case, and not understood" {
	for control in '[success=ok new_authtok_reqd=ok ignore=ignore default=bad]' SUFFICIENT \
		'[default=die success=done]' '[success = done default = ignore]' \
		'[auth_err=die default=ignore success=done]' '[success=reset default=ignore]' \
		'[success=0 default=ignore]' '[success=done nonsense=ok]' nonsense '[]' \
		'[module_unknown=ignore authinfo_unavail=ignore success=done default=bad]' \
		'[success=done default=bad cred_insufficient=ignore]' '[default=ignore]'; do
		alike <<-EOF
			auth $control @module@
			auth required $UNIX
		EOF
	done
}

@test "an include is one stack with what is around it, a substack its own" {
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
		alike <<-EOF
			auth $how inner
			auth requisite pam_deny.so
		EOF
		alike <<-EOF
			auth $how inner
			auth optional pam_permit.so
		EOF
		alike <<-EOF
			auth $how dying
			auth sufficient $UNIX
		EOF
		alike <<-EOF
			auth $how jumping
			auth required $UNIX
			auth required pam_permit.so
		EOF
		alike <<-EOF
			auth [success=1 default=ignore] @module@
			auth $how inner
			auth required pam_permit.so
		EOF
		alike <<-EOF
			auth sufficient @module@
			auth $how no-such-file
		EOF
		alike <<-EOF
			auth required pam_permit.so
			auth $how inner
			auth [default=reset] pam_deny.so
		EOF
	done
	service reset <<-EOF
		auth sufficient @module@
		auth [success=ok default=reset] $UNIX
	EOF
	alike <<-EOF
		auth required pam_permit.so
		auth substack reset
	EOF
}

@test "lines that go on, comments, a dash, wrong lines" {
	alike <<-'EOF'
		# auth required pam_deny.so
		auth \
		   sufficient \
		   @module@  # \
		-auth   required   pam_unix.so    nodelay
	EOF
	alike <<-EOF
		auth sufficient @module@
		outh required pam_permit.so
		auth required $UNIX
	EOF
	alike <<-EOF
		auth
		auth sufficient @module@
	EOF
	alike <<-EOF
		auth sufficient @module@
		auth required
		auth sufficient $UNIX
	EOF
	alike <<-EOF
		-auth required no-such-module.so
		auth sufficient @module@
	EOF
}

@test "a file that includes itself" {
	service loop <<-'EOF'
		auth sufficient @module@
		auth substack loop
	EOF
	alike <<<'auth substack loop'
}

@test "what libpam refuses as a whole, it refuses" {
	for lines in '@include no-such-file' $'auth required pam_permit.so \\'; do
		printf 'auth sufficient %s\n%s' "$WORLD/pam_pat.so" "$lines" >"$IMAGE/etc/pam.d/probe"
		run -1 patctl doctor --root="$IMAGE"
		[[ $output == *"probe: libpam refuses all of it: /etc/pam.d/probe:2: "* ]]
		[ "$(in_image really plain "$PASSWORD" accepted)" = abort ]
	done
}
