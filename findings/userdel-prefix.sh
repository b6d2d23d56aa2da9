#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# passwd 1:4.13+dfsg1-1+deb12u2 (Debian 12) and 1:4.17.4-2+deb13u1 (Debian 13).
#
# The running system and another root, in /other, both have a user alice, and a program in
# /etc/shadow-maint/userdel-post.d.  `userdel --prefix /other alice` deletes the alice of /other, but
# runs the program of the running system, whose alice stays.  With --root, the program is that of
# /other.  What they print of their arguments and environment:
#
#   --prefix: program of the running system: 0 arguments ACTION=userdel SUBJECT=alice
#   --root: program of /other: 0 arguments ACTION=userdel SUBJECT=alice
#
# An expert would not have guessed it: userdel(8) says that --prefix uses "the configuration files
# from the PREFIX_DIR directory", and lists these programs under FILES, with /etc/passwd.  The
# limitations that it names (NIS, LDAP, PAM, SELinux) are others.  And the program cannot tell: what
# it gets is what it would get for its own alice.  So a program that tidies up after deleted users
# does it for a user who still exists, if an image that somebody prepares has one of the same name.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# add_alice FOLDER NAME: gives that root the user, and the program, which says NAME.
add_alice() {
	local programs=$1/etc/shadow-maint/userdel-post.d
	mkdir -p "$programs"
	printf '%s\n' 'root:x:0:0::/:/bin/sh' 'alice:x:1000:1000::/:/bin/sh' >"$1/etc/passwd"
	printf '%s\n' 'root:x:0:' 'alice:x:1000:' >"$1/etc/group"
	printf '%s\n' 'root:*:19000::::::' 'alice:*:19000::::::' >"$1/etc/shadow"
	printf '%s\n' '#!/bin/sh' "echo program of $2: \$# arguments \$(env | grep -v ^PWD= | sort)" \
		>"$programs/tidy"
	chmod +x "$programs/tidy"
}
# delete OPTION: deletes the alice of /other with it; prints what the programs print.
delete() {
	add_alice "$system" 'the running system'
	add_alice "$system/other" /other
	env -i "$(command -v chroot)" "$system" /usr/sbin/userdel "$1" /other alice 2>&1
}
# users: prints which of the two still exist.
users() {
	(cd "$system" && grep -l '^alice:' etc/passwd other/etc/passwd)
}

for release in 'bookworm 1:4.13+dfsg1-1+deb12u2' 'trixie 1:4.17.4-2+deb13u1'; do
	read -r suite version <<<"$release"
	echo "$suite:"
	root "$suite" "passwd=$version" dash coreutils grep
	system=$tmp/$suite
	mkdir "$system/other"
	cp -al "$system"/{bin,lib*,usr} "$system/other"
	expect '--prefix' 'program of the running system: 0 arguments ACTION=userdel SUBJECT=alice' \
		"$(delete --prefix)"
	expect 'alice is left in' etc/passwd "$(users)"
	expect '--root' 'program of /other: 0 arguments ACTION=userdel SUBJECT=alice' "$(delete --root)"
	expect 'alice is left in' etc/passwd "$(users)"
done
