#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whether tests/lint/promises finds what it is there to find.

bats_require_minimum_version 1.5.0

setup() {
	promises=$BATS_TEST_DIRNAME/promises
	tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$tree/tests/bus" "$tree/tests/cli" "$tree/tests/unit"
	cat >"$tree/SECURITY.md" <<-'END'
		### Trust
		## Guarantees
		### Scope
		### Limited uses
		### No lockout
		## Limitations
		### Copies
	END
	printf '    def test_scope__a_token_is_refused(self):\n' >"$tree/tests/bus/x.py"
	printf '@test "no lockout: a password is accepted" {\n' >"$tree/tests/cli/x.bats"
	printf '\t\tWORLD_TEST(limited_uses__use_counts),\n' >"$tree/tests/unit/test_x.c"
}

@test "a guarantee may have its test in Python, C or bats" {
	run -0 "$promises" "$tree"
	[ -z "$output" ]
}

@test "a guarantee without a test is found" {
	echo 'static void limited_uses__use_counts(void **state)' >"$tree/tests/unit/test_x.c"
	run -1 "$promises" "$tree"
	[ "$output" = 'SECURITY.md: no test has the name of the guarantee "limited uses"' ]
}

@test "a test of what is no guarantee is found" {
	sed -i 's/^### No lockout/### Lockout/' "$tree/SECURITY.md"
	run -1 "$promises" "$tree"
	[ "${lines[0]}" = 'SECURITY.md: no test has the name of the guarantee "lockout"' ]
	[ "${lines[1]}" = 'tests: "no lockout" is no guarantee of SECURITY.md' ]
}

@test "a text without guarantees is found" {
	sed -i 's/^## Guarantees/## Promises/' "$tree/SECURITY.md"
	run -1 "$promises" "$tree"
	[ "${lines[0]}" = "SECURITY.md: no guarantees were found" ]
}
