#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# polkitd 122-3 with dbus-daemon 1.14.10-1~deb12u1 (Debian 12), and polkitd 126-2 with dbus-daemon
# 1.16.2-2 (Debian 13).
#
# An administrator adds a rule for units of systemd, in a file of its own.  It looks at the unit's
# name first, and so throws a TypeError for every action that has none:
#
#   action.lookup("unit").indexOf("example") == 0 && action.id == "org.freedesktop.systemd1. [...]
#
# From then on, everybody but root is refused every other action, also those that the policy allows
# without a rule, and those that a rule of another file allows:
#
#   allowed by the policy: not authorized
#   allowed by the rule of a later file: not authorized
#   allowed by the rule of an earlier file: authorized
#
# An expert would not have guessed it: a file that cannot be parsed, or throws when it is loaded, is
# left out, and the rules of all others count.  polkit(8) says only that rules are asked in order
# until one returns a value, and one that throws has returned none.  But one JavaScript function asks
# them all, and what one of them throws ends it, which is taken for a refusal.  The log names neither
# file, line nor action, and blames rules of another kind:
#
#   Error evaluating admin rules: TypeError: cannot read property 'indexOf' of undefined
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/polkit.bash
. "$(dirname "$0")/polkit.bash"

# try ANSWER FILE...: lets alice ask with these rules; expects the answer.
try() {
	local name
	rm -f "$system/etc/polkit-1/rules.d/"*
	for name in "${@:2}"; do cp "$tmp/$name" "$system/etc/polkit-1/rules.d"; done
	start
	expect "with the rules ${*:2}" "$1" "$(ask 1000)"
	stop
}

cat >"$tmp/10-yes.rules" <<'RULES'
polkit.addRule(function(action, subject) {
    if (action.id == "org.example.act")
        return polkit.Result.YES;
});
RULES
cp "$tmp/10-yes.rules" "$tmp/30-yes.rules"
cat >"$tmp/20-units.rules" <<'RULES'
polkit.addRule(function(action, subject) {
    if (action.lookup("unit").indexOf("example") == 0 &&
        action.id == "org.freedesktop.systemd1.manage-units" && subject.isInGroup("netdev"))
        return polkit.Result.YES;
});
RULES
echo 'polkit.nothing.indexOf("example");' >"$tmp/20-load.rules" # throws the same, when it is loaded

for release in 'bookworm 122-3 1.14.10-1~deb12u1' 'trixie 126-2 1.16.2-2'; do
	read -r suite polkit bus <<<"$release"
	echo "$suite:"
	unpack "$suite" "$polkit" "$bus" yes
	try authorized
	try authorized 20-load.rules
	try 'not authorized' 20-units.rules
	sed -i 's/>yes</>no</' "$system/usr/share/polkit-1/actions/org.example.policy"
	try authorized 20-load.rules 30-yes.rules
	try authorized 10-yes.rules 20-units.rules
	try 'not authorized' 20-units.rules 30-yes.rules
	expect 'lines of the log with that error' "Error evaluating admin rules: \
TypeError: cannot read property 'indexOf' of undefined" \
		"$(sed -n 's/^[0-9:.]* //; /TypeError/p' "$tmp/log.polkitd")"
	expect 'lines of the log with the name of the file' '' \
		"$(sed '1,/Acquired the name/d' "$tmp/log.polkitd" | grep 20-units || :)"
done
