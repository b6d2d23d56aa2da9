# SPDX-License-Identifier: LGPL-2.1-or-later
# "make install" without packages.

bats_require_minimum_version 1.5.0

setup() {
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	OBJECT=$BATS_TEST_TMPDIR/build/patctl/verbs/verb_restore_backup.o
}

# build PREFIX
build() {
	make -s -C "$TOP" O="$BATS_TEST_TMPDIR/build" prefix="$1" "$OBJECT"
}

@test "a program that was built for one prefix is built anew for another" {
	build /usr/local
	grep -q /usr/local/libexec/patd "$OBJECT"
	build /usr
	run ! grep -q /usr/local/libexec/patd "$OBJECT"
	grep -q /usr/libexec/patd "$OBJECT"
}

@test "a program is not built again for the same prefix" {
	build /usr
	before=$(stat -c %y "$OBJECT")
	build /usr
	[ "$(stat -c %y "$OBJECT")" = "$before" ]
}

# install_root, uninstall_root: all of it into, and out of, the folder "root" of the test; the second
# with sysconfdir=$SYSCONFDIR, if that is set
install_root() {
	make -s -C "$TOP" O="$TOP/build" DESTDIR="$BATS_TEST_TMPDIR/root" install >/dev/null
}

uninstall_root() {
	make -s -C "$TOP" O="$TOP/build" DESTDIR="$BATS_TEST_TMPDIR/root" \
		${SYSCONFDIR:+sysconfdir="$SYSCONFDIR"} uninstall
}

@test "make uninstall removes every file that make install wrote" {
	install_root
	[ "$(find "$BATS_TEST_TMPDIR/root" -type f | wc -l)" -gt 20 ]
	run -0 uninstall_root
	cd "$BATS_TEST_TMPDIR/root"
	run find . ! -type d
	[ "$output" = "" ]
	[ ! -e etc/patd ]
	[ ! -e etc/shadow-maint ]
	# Once more, with nothing left to remove.
	run -0 uninstall_root
}

@test "make uninstall-desktop removes every file that make install-desktop wrote" {
	[ -e "$TOP/build/desktop/patd-desktop" ] || skip "the page is not built"
	make -s -C "$TOP" O="$TOP/build" DESTDIR="$BATS_TEST_TMPDIR/root" install-desktop >/dev/null
	cd "$BATS_TEST_TMPDIR/root"
	[ -x usr/local/bin/patd-desktop ]
	[ -e usr/local/share/applications/org.patd.Desktop.desktop ]
	grep -qx 'Exec=/usr/local/bin/patd-desktop --gapplication-service' \
		usr/local/share/dbus-1/services/org.patd.Desktop.service
	make -s -C "$TOP" O="$TOP/build" DESTDIR="$PWD" uninstall-desktop
	run find . ! -type d
	[ "$output" = "" ]
}

@test "make uninstall-fleet removes every file that make install-fleet wrote" {
	[ -e "$TOP/build/fleet/patd-fleet" ] || skip "patd-fleet is not built"
	make -s -C "$TOP" O="$TOP/build" DESTDIR="$BATS_TEST_TMPDIR/root" install-fleet >/dev/null
	cd "$BATS_TEST_TMPDIR/root"
	[ -x usr/local/libexec/patd-fleet ]
	grep -qx 'ExecStart=/usr/local/libexec/patd-fleet' usr/local/lib/systemd/system/patd-fleet.service
	make -s -C "$TOP" O="$TOP/build" DESTDIR="$PWD" uninstall-fleet
	run find . ! -type d
	[ "$output" = "" ]
}

@test "make uninstall keeps what the administrator wrote, and the tokens" {
	install_root
	cd "$BATS_TEST_TMPDIR/root"
	echo '[tokens]' >>etc/patd/patd.conf
	echo '[verifier postgres]' >etc/patd/patd.conf.d/postgresql.conf
	mkdir -p var/lib/patd etc/shadow-maint/userdel-post.d
	touch var/lib/patd/patd.db etc/shadow-maint/userdel-post.d/another
	run -0 uninstall_root
	run find . ! -type d
	[ "$(sort <<<"$output")" = "./etc/patd/patd.conf
./etc/patd/patd.conf.d/postgresql.conf
./etc/shadow-maint/userdel-post.d/another
./var/lib/patd/patd.db" ]
}

@test "make uninstall removes nothing while a PAM file has the module" {
	install_root
	cd "$BATS_TEST_TMPDIR/root"
	mkdir -p etc/pam.d/folder usr/lib/pam.d
	echo 'auth required pam_pat.so' >etc/pam.d/sudo
	echo '# auth required pam_pat.so' >etc/pam.d/su
	before=$(find . | sort)
	run -2 uninstall_root
	[[ $output == *etc/pam.d/sudo* ]]
	[[ $output != *etc/pam.d/su$'\n'* ]]
	[ "$(find . | sort)" = "$before" ]
	sed -i 's/^/#/' etc/pam.d/sudo
	echo 'auth sufficient pam_pat.so' >usr/lib/pam.d/su
	run -2 uninstall_root
	rm usr/lib/pam.d/su
	echo 'auth sufficient pam_pat.so' >etc/pam.d/su
	SYSCONFDIR=/usr/local/etc run -2 uninstall_root
	[[ $output == *etc/pam.d/su* ]]
	rm etc/pam.d/su
	run -0 uninstall_root
	[ ! -e usr/local/lib/security/pam_pat.so ]
}
