#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The parser of periods accepts what systemd.time(7) describes.

load cli

setup_file() {
	cc -std=gnu11 -D_GNU_SOURCE -I"$TOP" -o "$BATS_FILE_TMPDIR/timespan" \
		"$TOP/tests/cli/parse_periods.c" "$TOP/common/timespan.c"
}

@test "periods equal those of systemd-analyze, except for infinity and numbers without a unit" {
	seed=${SEED:-$RANDOM}
	echo "to repeat this run: SEED=$seed"
	/usr/bin/python3 "$CLI/timespan.py" "$BATS_FILE_TMPDIR/timespan" "$seed"
}
