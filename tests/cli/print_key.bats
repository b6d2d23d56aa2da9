#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patd --print-key and --new-key, by which patd-seal-key reads and makes keys.

load cli

# What root alone can read, and its 32 bytes would do for a key.  The build may be in root's home,
# where games cannot run it.
setup() {
	PLACE=$(mktemp -d)
	chmod 0755 "$PLACE"
	install "$BUILD/patd/patd" "$PLACE/patd"
	install -d -o games "$PLACE/state"
	KEY=$PLACE/state/key
	(umask 077 && printf '%032d' 7 >"$PLACE/of-root")
}

teardown() {
	rm -r "$PLACE"
}

# As the user whose state it is; the key goes to a file.
print_key() {
	run --separate-stderr setpriv --reuid=games --regid=games --clear-groups \
		timeout 60 "$PLACE/patd" --print-key --state-dir="$PLACE/state"
	printf %s "$output" >"$PLACE/printed"
}

# refused WHY: nothing was printed
refused() {
	expect_status 1
	[ ! -s "$PLACE/printed" ]
	expect_stderr "$1"
}

# key_file BYTES: belongs to games
key_file() {
	rm -rf "$KEY"
	printf "%0$1d" 5 >"$KEY"
	chown games "$KEY"
	chmod 0600 "$KEY"
}

@test "--print-key prints the 32 bytes of the key in the state directory" {
	key_file 32
	print_key
	expect_status 0
	cmp "$KEY" "$PLACE/printed"
	expect_no_stderr
}

@test "separation: --print-key takes a file of the user itself with 32 bytes and nothing else" {
	print_key
	refused "there is no key in $PLACE/state"
	ln -s "$PLACE/of-root" "$KEY"
	print_key
	refused "cannot open the key $KEY"
	rm "$KEY"
	ln "$PLACE/of-root" "$KEY"
	print_key
	refused "cannot open the key $KEY: Permission denied"
	chmod 0644 "$PLACE/of-root"
	print_key
	refused "can be read by others"
	key_file 32
	mv "$KEY" "$PLACE/another"
	ln -s "$PLACE/another" "$KEY"
	print_key
	refused "cannot open the key $KEY"
	rm "$KEY"
	mkfifo -m 0600 "$KEY"
	chown games "$KEY"
	print_key
	refused "is not a regular file"
	rm "$KEY"
	install -d -m 0700 -o games "$KEY"
	print_key
	refused "is not a regular file"
	for bytes in 31 33; do
		key_file "$bytes"
		print_key
		refused "does not hold exactly 32 bytes"
	done
	key_file 32
	: >"$KEY"
	print_key
	refused "does not hold exactly 32 bytes"
	key_file 32
	chmod 0640 "$KEY"
	print_key
	refused "can be read by others"
}

@test "separation: --print-key by root prints no key of another user" {
	key_file 32
	run -1 --separate-stderr "$BUILD/patd/patd" --print-key --state-dir="$PLACE/state"
	[ "$output" = "" ]
	expect_stderr "it must belong to patd's user"
}

@test "--print-key takes the file whatever credential there is" {
	mkdir "$PLACE/credentials"
	printf '%032d' 9 >"$PLACE/credentials/patd.key"
	chmod -R a+rX "$PLACE/credentials"
	key_file 32
	CREDENTIALS_DIRECTORY=$PLACE/credentials print_key
	cmp "$KEY" "$PLACE/printed"
}

@test "--new-key prints another 32 bytes each time and makes no file" {
	for n in 1 2 3; do
		"$BUILD/patd/patd" --new-key --state-dir="$PLACE/state" >"$PLACE/new.$n"
		[ "$(stat -c %s "$PLACE/new.$n")" -eq 32 ]
	done
	run ! cmp --silent "$PLACE/new.1" "$PLACE/new.2"
	run ! cmp --silent "$PLACE/new.2" "$PLACE/new.3"
	[ "$(ls -A "$PLACE/state")" = "" ]
}

@test "secrecy: --print-key and --new-key print no key to a terminal and fail if they cannot print" {
	key_file 32
	chown root "$KEY"
	for option in --print-key --new-key; do
		run -1 on_terminal "$BUILD/patd/patd $option --state-dir=$PLACE/state"
		[ "$(tr -d '\r' <<<"$output")" = "patd: a key is not for a terminal" ]
		run -1 bash -c "'$BUILD/patd/patd' $option --state-dir='$PLACE/state' >/dev/full"
		expect "$output" "cannot write the key to standard output"
	done
}
