# SPDX-License-Identifier: LGPL-2.1-or-later
# The packages of Fedora and Arch, built by rpmbuild and makepkg as far as Debian has these tools.
# Not checked: the names of required packages, and the macros of systemd for rpm.

bats_require_minimum_version 1.5.0

setup_file() {
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	VERSION=$(sed -n 's/^VERSION := //p' "$TOP/Makefile")
	WORK=$(mktemp -d)
	export TOP VERSION WORK
	chmod 0755 "$WORK"
	(cd "$TOP" && git -c safe.directory="$TOP" ls-files -z --cached --others --exclude-standard |
		tar -cz --null -T - --transform "s,^,patd-$VERSION/,") >"$WORK/patd-$VERSION.tar.gz"
	# The files of "make install", and of patd-fleet.  A package may compress the manual pages, see
	# expect_all_files.
	make -s -C "$TOP" O="$TOP/build/packages" DESTDIR="$WORK/installed" prefix=/usr sysconfdir=/etc \
		libexecdir=/usr/libexec install install-fleet >/dev/null
	(cd "$WORK/installed" && find . -type f) | sort >"$WORK/expected"
	[ "$(wc -l <"$WORK/expected")" -gt 20 ]
}

teardown_file() {
	rm -rf "$WORK"
}

# expect_all_files LIST: it has each file of "make install"
expect_all_files() {
	sed 's/\.gz$//' "$1" | sort >"$1.sorted"
	run comm -23 "$WORK/expected" "$1.sorted"
	echo "missing: $output"
	[ -z "$output" ]
}

version_in() {
	run sed -n "$2" "$TOP/packaging/$1"
	[ "$output" = "$VERSION" ]
}

@test "each packaging has the version of the Makefile" {
	version_in fedora/patd.spec 's/^Version: *//p'
	version_in arch/PKGBUILD 's/^pkgver=//p'
	[ "$(sed -n '1s/^patd (\(.*\)) .*/\1/p' "$TOP/debian/changelog")" = "$VERSION" ]
}

# In Debian these are essential.
@test "the packages require those of the programs that patd-seal-key runs" {
	local program package
	while read -r program package; do
		grep -q "\\b$program " "$TOP/systemd/patd-seal-key"
		sed -n '/^depends=(/,/)/{s/#.*//;p}' "$TOP/packaging/arch/PKGBUILD" |
			tr -s '=() \t' '\n' | grep -qx "$package"
		grep -qx "Requires: *$package" "$TOP/packaging/fedora/patd.spec"
	done <<-'END'
		cmp diffutils
		setpriv util-linux
	END
}

@test "the packages have the README, the decisions and the examples" {
	for file in README.md NEWS SECURITY.md doc/decisions.md doc/examples doc/recipes; do
		[ -e "$TOP/$file" ]
		sed -n '/^%doc/p' "$TOP/packaging/fedora/patd.spec" | grep -q " $file\\b"
		sed -n '/^\tcp -r/p' "$TOP/packaging/arch/PKGBUILD" | grep -q " $file\\b"
	done
}

@test "rpmbuild builds packages with all files of make install" {
	command -v rpmbuild >/dev/null || skip "rpmbuild is not installed"
	local rpm define=() macro top=$WORK/rpm
	mkdir -p "$top/SOURCES"
	cp "$WORK/patd-$VERSION.tar.gz" "$top/SOURCES"
	# Macros of Fedora, which rpm in Debian lacks.
	for macro in '_unitdir /usr/lib/systemd/system' '_sysusersdir /usr/lib/sysusers.d' \
		'_tmpfilesdir /usr/lib/tmpfiles.d' '_libdir /usr/lib' '_libexecdir /usr/libexec' \
		'systemd_post() %{nil}' 'systemd_preun() %{nil}' 'systemd_postun_with_restart() %{nil}' \
		'sysusers_create_compat() %{nil}' 'tmpfiles_create() %{nil}'; do
		define+=(--define "$macro")
	done
	rpmbuild -bb --nodeps --define "_topdir $top" "${define[@]}" \
		"$TOP/packaging/fedora/patd.spec" >"$WORK/rpm.log" 2>&1 || {
		tail -n 30 "$WORK/rpm.log"
		false
	}
	for rpm in "$top"/RPMS/*/*.rpm; do
		rpm -qlp "$rpm"
	done | sed 's/^/./' >"$WORK/rpm.files"
	expect_all_files "$WORK/rpm.files"
}

@test "makepkg builds packages with all files of make install" {
	command -v makepkg >/dev/null || skip "makepkg is not installed"
	local package
	mkdir "$WORK/arch"
	cp "$TOP/packaging/arch/PKGBUILD" "$WORK/patd-$VERSION.tar.gz" "$WORK/arch"
	# makepkg refuses to run as root.
	chown -R nobody "$WORK/arch"
	(cd "$WORK/arch" && runuser -u nobody -- env HOME="$WORK/arch" makepkg --nodeps --noconfirm) \
		>"$WORK/arch.log" 2>&1 || {
		tail -n 30 "$WORK/arch.log"
		false
	}
	for package in "$WORK"/arch/*.pkg.tar*; do
		tar -tf "$package"
	done | sed 's,^,./,; s,^\./usr/lib/patd,./usr/libexec/patd,' >"$WORK/arch.files"
	expect_all_files "$WORK/arch.files"
}
