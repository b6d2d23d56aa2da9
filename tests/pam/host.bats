#!/usr/bin/env bats
# What the module does to its host, and where it has to live.

load pam

setup_file() {
	pam_world
	TOKEN=$(generate t --user="$OWNER")
	export TOKEN
}

teardown_file() {
	patd_world_end
}

sanitized() {
	[ -n "$(asan_preload)" ]
}

@test "descriptors, environment, signals, mask, limits, directory: unchanged" {
	for word in "$TOKEN" "$STRANGER" "a password"; do
		run login "$word" -c
		says "host: unchanged"
	done
	patd_stop
	run login "$TOKEN" -c
	says "authenticate: PAM_AUTHINFO_UNAVAIL"
	says "host: unchanged"
	patd_start
}

@test "0, 1 and 2 closed: they stay closed" {
	run login "$TOKEN" -0 -c
	says "authenticate: PAM_SUCCESS"
	says "host: unchanged"
}

@test "0, 1 and 2 closed: the log does not get them either" {
	run typed "$TOKEN" -- "$TOOLS/devlog" "$WORLD/log" \
		"$TOOLS/drive" -0 -c "$WORLD/pam.d" pat "$OWNER"
	says "authenticate: PAM_SUCCESS"
	grep -q 'accepted: ' "$WORLD/log"
	# The one of syslog(3), which stays, as after any module that logs.
	[ "$(grep -c 'host: new:' <<<"$output")" = 1 ]
	[[ $output =~ "host: new: "[3-9]" socket:" ]]
}

@test "no descriptor left: unavailable, and no more" {
	run typed "$TOKEN" -- "$TOOLS/devlog" "$WORLD/log" \
		"$TOOLS/drive" -f "$WORLD/pam.d" pat "$OWNER"
	# libpam itself says PAM_SYSTEM_ERR where it was built to send audit records.
	[[ $output =~ "authenticate: PAM_"(AUTHINFO_UNAVAIL|SYSTEM_ERR) ]]
	[[ ! -s $WORLD/log ]] || grep -q 'unavailable (the user cannot be looked up)' "$WORLD/log"
}

@test "200 MiB of address space" {
	! sanitized || skip "the sanitisers map terabytes"
	run bash -c 'ulimit -v 204800; exec "$@"' - "$TOOLS/drive" "$WORLD/pam.d" pat "$OWNER" \
		<<<"$TOKEN"
	says "authenticate: PAM_SUCCESS"
}

@test "no memory to lock" {
	run bash -c 'ulimit -l 0; exec "$@"' - setpriv --bounding-set=-ipc_lock \
		"$TOOLS/drive" "$WORLD/pam.d" pat "$OWNER" <<<"$TOKEN"
	says "authenticate: PAM_SUCCESS"
}

@test "8 threads, 100 authentications each" {
	run login "$TOKEN" -j 8 -n 100
	[ "$output" = "authenticate: PAM_SUCCESS 800" ]
	run login "$STRANGER" -j 8 -n 100
	[ "$output" = "authenticate: PAM_AUTH_ERR 800" ]
}

@test "seccomp: no process, no signal action, no socket but AF_UNIX" {
	! sanitized || skip "the sanitisers do all that"
	# libpam's own audit record goes over AF_NETLINK; the module has returned by then, and
	# told the log what it decided.
	run typed "$TOKEN" -- "$TOOLS/devlog" "$WORLD/log" \
		"$TOOLS/drive" -x "$WORLD/pam.d" pat "$OWNER"
	grep -q 'pam_pat(pat:auth): accepted: ' "$WORLD/log"
}

@test "a chroot with libraries, and no patd, /run, /proc or /dev" {
	stack default <<<'auth required @module@'
	mkdir "$WORLD/root"
	# shellcheck disable=SC2016 # for the inner shell to expand
	run typed "$TOKEN" -- unshare --mount bash -c '
		root=$WORLD/root
		mount -t tmpfs none "$root" && cd "$root"
		for folder in /usr /etc "$WORLD/pam.d"; do
			mkdir -p ".$folder" && mount --bind "$folder" ".$folder" || exit 1
		done
		cp "$WORLD/pam_pat.so" "$WORLD/drive" ".$WORLD" || exit 1
		for link in /lib*; do
			[ ! -L "$link" ] || cp -P "$link" .
		done
		exec chroot . "$@"' - "$WORLD/drive" "$WORLD/pam.d" default "$OWNER"
	says "authenticate: PAM_AUTHINFO_UNAVAIL"
}

@test "it exports its entry points, and nothing else" {
	run bash -c "nm -D --defined-only '$MODULE' | sed 's/.* //' | sort | tr '\n' ' '"
	[ "$output" = "pam_sm_authenticate pam_sm_setcred " ]
}

@test "it needs libpam, libsodium and the C library" {
	! sanitized || skip "and the sanitisers"
	run bash -c "readelf -d '$MODULE' | sed -n 's/.*(NEEDED).*\[\(lib[a-z]*\).*/\1/p' | sort | tr '\n' ' '"
	[ "$output" = "libc libpam libsodium " ]
}

@test "it is never unmapped, and has nothing writable of its own" {
	readelf -d "$MODULE" | grep -q NODELETE
	! sanitized || skip "the sanitisers write"
	run bash -c "objdump -h '$BUILD'/pam_pat/*.o | awk '\$2 ~ /^\.(data|bss|tdata|tbss)$/ && \$3 !~ /^0+$/'"
	[ "$status" = 0 ]
	[ -z "$output" ]
}
