#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/coverage/branches, of a tree with one file.
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p tests/coverage patd/rules build/patd/rules
	cp "$BATS_TEST_DIRNAME/branches" tests/coverage
	cat >patd/rules/sign.c <<-'EOC'
		int main(int argc, char **argv)
		{
			(void)argv;
			if (argc > 1)
				return 1;
			return 0;
		}
	EOC
	gcc -O0 --coverage -c patd/rules/sign.c -o build/patd/rules/sign.o
	gcc --coverage -o build/sign build/patd/rules/sign.o
}

branches() {
	run --separate-stderr tests/coverage/branches build
}

@test "a branch that no test takes must be named" {
	build/sign
	: >tests/coverage/missing
	branches
	[ "$status" -eq 1 ]
	[ "$stderr" = "patd/rules/sign.c:4: 1 not taken and not named: if (argc > 1)" ]
	echo "patd/rules/sign.c: 1: if (argc > 1): nobody gives arguments" >tests/coverage/missing
	branches
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	grep -qE '^rules +2 +1  50\.0 %$' <<<"$output"
}

@test "a branch that is named must not be taken" {
	build/sign
	run -1 build/sign 1
	echo "patd/rules/sign.c: 1: if (argc > 1): nobody gives arguments" >tests/coverage/missing
	branches
	[ "$status" -eq 1 ]
	[ "$stderr" = "patd/rules/sign.c: 1 named, but taken or gone: if (argc > 1)" ]
	: >tests/coverage/missing
	branches
	[ "$status" -eq 0 ]
	grep -qE '^rules +2 +2  100\.0 %$' <<<"$output"
}

@test "a name without a reason is refused" {
	build/sign
	echo "patd/rules/sign.c: 1: if (argc > 1)" >tests/coverage/missing
	branches
	[ "$status" -eq 1 ]
	[[ $stderr == *"missing:1: not FILE: N: CODE: REASON" ]]
}
