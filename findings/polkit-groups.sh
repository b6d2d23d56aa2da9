#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# polkitd 122-3 with dbus-daemon 1.14.10-1~deb12u1 (Debian 12), and polkitd 126-2 with dbus-daemon
# 1.16.2-2 (Debian 13).
#
# A rule of polkit allows an action if subject.isInGroup("netdev").  Polkit is asked over the bus for a
# process that has the group, of a user who has it not, as in a unit with SupplementaryGroups=; and for
# a process without it, of a user who was added to the group after she logged in:
#
#   Debian 12, the process has the group: not authorized
#   Debian 12, the user has the group: authorized
#   Debian 13, the process has the group: authorized
#   Debian 13, the user has the group: not authorized
#
# An expert would not have guessed it: polkit(8) of both versions says that these are the groups
# "that user belongs to", and the rule, the user and /etc/group are the same.  polkitd 122 looks
# the user up in /etc/group; polkitd 126 takes the groups of the process from dbus-daemon, as soon as
# that can tell them.  So after the upgrade both services and users gain and lose authorizations,
# and `adduser alice netdev` has an effect only after her next login.  But the administrators that
# addAdminRule() names by a group are still looked up in /etc/group.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/polkit.bash
. "$(dirname "$0")/polkit.bash"

for release in 'bookworm 122-3 1.14.10-1~deb12u1' 'trixie 126-2 1.16.2-2'; do
	read -r suite polkit bus <<<"$release"
	unpack "$suite" "$polkit" "$bus" no
	cat >"$system/etc/polkit-1/rules.d/10-example.rules" <<'RULES'
polkit.addRule(function(action, subject) {
    if (action.id == "org.example.act" && subject.isInGroup("netdev"))
        return polkit.Result.YES;
});
RULES
	process='not authorized' user=authorized
	[ "$suite" = bookworm ] || { process=authorized user='not authorized'; }
	start
	expect "$suite, neither has the group" 'not authorized' "$(ask 1000)"
	expect "$suite, the process has the group" "$process" "$(ask 77)"
	sed -i 's/^netdev:.*/&alice/' "$system/etc/group"
	expect "$suite, the user has the group" "$user" "$(ask 1000)"
	expect "$suite, both have it" authorized "$(ask 77)"
	stop
done
