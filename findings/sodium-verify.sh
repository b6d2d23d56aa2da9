#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# libsodium23 1.0.18-1+deb12u1 (Debian 12) and 1.0.18-1+deb13u1 (Debian 13).
#
# A service stores password hashes of crypto_pwhash_str(), with 64 MiB of memory, and runs with a
# limit on its address space (LimitAS=).  While less than 64 MiB of it are left, the right password
# is a wrong one for crypto_pwhash_str_verify().  What the functions return:
#
#   verify, right password: 0
#   verify, wrong password: -1 EINVAL
#   verify, right password, no memory: -1 EINVAL
#   hash, no memory: -1 ENOMEM
#
# An expert would not have guessed it: crypto_pwhash_str() says ENOMEM, and so does malloc() inside of
# the verification, whose own source sets EINVAL only if the hashes differ, so that callers can tell
# them.  But the function below has by then made "differ" of every failure.  So a few logins at the
# same time, all with the right password, fail like guesses, which a service then counts and locks
# out.  Pull request 1039 of 2021 passes the error on; both Debians have 1.0.18.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# Lines of "what: result", of each function before and after the limit is set.
# shellcheck disable=SC2016 # no variables of the shell
program='
import ctypes, errno, resource

sodium = ctypes.CDLL("libsodium.so.23", use_errno=True)
assert sodium.sodium_init() >= 0
LENGTH, OPERATIONS, MEMORY = ctypes.c_ulonglong(5), ctypes.c_ulonglong(2), ctypes.c_size_t(64 << 20)
stored = ctypes.create_string_buffer(128)


def call(what, function, *arguments):
    ctypes.set_errno(0)
    result = function(*arguments)
    print(what + ":", result, errno.errorcode[ctypes.get_errno()] if result else "")


def hash_and_verify(memory):
    fresh = ctypes.create_string_buffer(128)
    call("hash" + memory, sodium.crypto_pwhash_str, fresh, b"right", LENGTH, OPERATIONS, MEMORY)
    if not stored.value:
        stored.value = fresh.value
    for word in "right", "wrong":
        call(word + memory, sodium.crypto_pwhash_str_verify, stored, word.encode(), LENGTH)


hash_and_verify("")
with open("/proc/self/statm") as pages:
    used = int(pages.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (32 << 20), resource.RLIM_INFINITY))
hash_and_verify(", no memory")
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
hash_and_verify(", memory again")
'

system=''
cleanup() { [ -z "$system" ] || ! mountpoint -q "$system/proc" || umount "$system/proc"; }
for release in 'bookworm 1.0.18-1+deb12u1' 'trixie 1.0.18-1+deb13u1'; do
	read -r suite version <<<"$release"
	root "$suite" "libsodium23=$version" python3
	system=$tmp/$suite
	mkdir -p "$system/proc"
	mount -t proc proc "$system/proc"
	expect "$suite" 'hash: 0
right: 0
wrong: -1 EINVAL
hash, no memory: -1 ENOMEM
right, no memory: -1 EINVAL
wrong, no memory: -1 EINVAL
hash, memory again: 0
right, memory again: 0
wrong, memory again: -1 EINVAL' "$(chroot "$system" python3 -c "$program" | sed 's/ $//')"
	umount "$system/proc"
done
