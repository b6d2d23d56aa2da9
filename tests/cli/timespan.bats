#!/usr/bin/env bats
# Periods of time mean what systemd.time(7) says they mean.

load cli

setup_file() {
	cc -std=gnu11 -D_GNU_SOURCE -I"$TOP" -o "$BATS_FILE_TMPDIR/timespan" \
		"$TOP/tests/cli/timespan.c" "$TOP/common/timespan.c"
}

@test "as systemd-analyze timespan, but for numbers without a unit and infinity" {
	seed=${SEED:-$RANDOM}
	echo "to have this run again: SEED=$seed"
	/usr/bin/python3 "$CLI/timespan.py" "$BATS_FILE_TMPDIR/timespan" "$seed"
}
