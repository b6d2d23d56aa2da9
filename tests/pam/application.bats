#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The effects of the module on the application that calls it, and under which limits it works.

load pam

setup_file() {
	pam_world
	TOKEN=$(generate t --user="$OWNER")
	export TOKEN
}

sanitized() {
	[ -n "$(asan_preload)" ]
}

@test "authentication leaves descriptors, environment, signals, limits and directory unchanged" {
	for word in "$TOKEN" "$UNKNOWN_TOKEN" "a password"; do
		run login "$word" -c
		expect_line "host: unchanged"
	done
	patd_stop
	expect_result PAM_AUTHINFO_UNAVAIL login "$TOKEN" -c
	expect_line "host: unchanged"
	patd_start
}

@test "authentication with descriptors 0 to 2 closed leaves them closed" {
	expect_result PAM_SUCCESS login "$TOKEN" -0 -c
	expect_line "host: unchanged"
}

@test "logging with descriptors 0 to 2 closed does not use them" {
	expect_result PAM_SUCCESS answered "$TOKEN" -- "$TOOLS/devlog" "$WORLD/log" \
		"$TOOLS/drive" -0 -c "$WORLD/pam.d" pat "$OWNER"
	grep -q 'accepted: ' "$WORLD/log"
	# The socket of syslog(3) stays open, as after any module that logs.
	[ "$(grep -c 'host: new:' <<<"$output")" = 1 ]
	[[ $output =~ "host: new: "[3-9]" socket:" ]]
}

@test "authentication without free descriptors returns PAM_AUTHINFO_UNAVAIL" {
	run answered "$TOKEN" -- "$TOOLS/devlog" "$WORLD/log" \
		"$TOOLS/drive" -f "$WORLD/pam.d" pat "$OWNER"
	# libpam itself returns PAM_SYSTEM_ERR where it was built to send audit records.
	[[ $output =~ "authenticate: PAM_"(AUTHINFO_UNAVAIL|SYSTEM_ERR) ]]
	[[ ! -s $WORLD/log ]] || grep -q 'unavailable (the user cannot be looked up)' "$WORLD/log"
}

@test "authentication succeeds with 200 MiB of address space" {
	! sanitized || skip "the sanitisers map terabytes"
	expect_result PAM_SUCCESS bash -c 'ulimit -v 204800; exec "$@"' - \
		"$TOOLS/drive" "$WORLD/pam.d" pat "$OWNER" <<<"$TOKEN"
}

@test "authentication succeeds without lockable memory" {
	expect_result PAM_SUCCESS bash -c 'ulimit -l 0; exec "$@"' - setpriv --bounding-set=-ipc_lock \
		"$TOOLS/drive" "$WORLD/pam.d" pat "$OWNER" <<<"$TOKEN"
}

@test "authentication succeeds in 8 concurrent threads" {
	run login "$TOKEN" -j 8 -n 100
	[ "$output" = "authenticate: PAM_SUCCESS 800" ]
	run login "$UNKNOWN_TOKEN" -j 8 -n 100
	[ "$output" = "authenticate: PAM_AUTH_ERR 800" ]
}

@test "authentication succeeds under seccomp without processes, signals and other sockets" {
	! sanitized || skip "the sanitisers need these calls"
	# libpam itself sends an audit record over AF_NETLINK, after the module has returned and
	# logged its result.
	run answered "$TOKEN" -- "$TOOLS/devlog" "$WORLD/log" \
		"$TOOLS/drive" -x "$WORLD/pam.d" pat "$OWNER"
	grep -q 'pam_pat(pat:auth): accepted: ' "$WORLD/log"
}

@test "authentication in a chroot without patd returns PAM_AUTHINFO_UNAVAIL" {
	stack default <<<'auth required @module@'
	mkdir "$WORLD/root"
	# shellcheck disable=SC2016 # for the inner shell to expand
	run answered "$TOKEN" -- unshare --mount bash -c '
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
	expect_line "authenticate: PAM_AUTHINFO_UNAVAIL"
}

@test "the module exports its entry points only" {
	run bash -c "nm -D --defined-only '$MODULE' | sed 's/.* //' | sort | tr '\n' ' '"
	[ "$output" = "pam_sm_authenticate pam_sm_chauthtok pam_sm_close_session pam_sm_open_session pam_sm_setcred " ]
}

@test "the module links libpam, libsodium and the C library only" {
	! sanitized || skip "the sanitisers add libraries"
	run bash -c "readelf -d '$MODULE' | sed -n 's/.*(NEEDED).*\[\(lib[a-z]*\).*/\1/p' | sort | tr '\n' ' '"
	# Where there is an archive of libsodium, it is in the module.
	[[ $output == "libc libpam " || $output == "libc libpam libsodium " ]]
}

@test "the module has the flag NODELETE and no writable data" {
	readelf -d "$MODULE" | grep -q NODELETE
	! sanitized || skip "the sanitisers add writable data"
	run bash -c "objdump -h '$BUILD'/pam_pat/*.o | awk '\$2 ~ /^\.(data|bss|tdata|tbss)$/ && \$3 !~ /^0+$/'"
	[ "$status" = 0 ]
	[ -z "$output" ]
}
