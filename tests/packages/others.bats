# The packages of other distributions, built with their own tools as far as Debian has them; what
# those distributions alone have, the names of their packages and rpm's macros for systemd, is not
# checked here.

bats_require_minimum_version 1.5.0

setup_file() {
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	VERSION=$(sed -n 's/^VERSION := //p' "$TOP/Makefile")
	WORK=$(mktemp -d)
	export TOP VERSION WORK
	chmod 0755 "$WORK"
	(cd "$TOP" && git ls-files -z --cached --others --exclude-standard |
		tar -cz --null -T - --transform "s,^,patd-$VERSION/,") >"$WORK/patd-$VERSION.tar.gz"
	# With what "make install" installs, whatever the package makes of the manual pages.
	make -s -C "$TOP" O="$TOP/build" DESTDIR="$WORK/installed" prefix=/usr sysconfdir=/etc \
		libexecdir=/usr/libexec install >/dev/null
	(cd "$WORK/installed" && find . -type f) | sort >"$WORK/wanted"
	[ "$(wc -l <"$WORK/wanted")" -gt 20 ]
}

teardown_file() {
	rm -rf "$WORK"
}

# has FILES: nothing is missing there that "make install" installs
has() {
	sed 's/\.gz$//' "$1" | sort >"$1.sorted"
	run comm -23 "$WORK/wanted" "$1.sorted"
	echo "missing: $output"
	[ -z "$output" ]
}

version_in() {
	run sed -n "$2" "$TOP/packaging/$1"
	[ "$output" = "$VERSION" ]
}

@test "the versions are the Makefile's" {
	version_in fedora/patd.spec 's/^Version: *//p'
	version_in arch/PKGBUILD 's/^pkgver=//p'
	[ "$(sed -n '1s/^patd (\(.*\)) .*/\1/p' "$TOP/debian/changelog")" = "$VERSION" ]
}

@test "rpmbuild makes Fedora's packages, with all that is installed in one of them" {
	command -v rpmbuild >/dev/null || skip "rpmbuild is not installed"
	local rpm define=() macro top=$WORK/rpm
	mkdir -p "$top/SOURCES"
	cp "$WORK/patd-$VERSION.tar.gz" "$top/SOURCES"
	# Fedora's, which rpm in Debian does not have.
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
	has "$WORK/rpm.files"
}

@test "makepkg makes Arch's package, with all that is installed in it" {
	command -v makepkg >/dev/null || skip "makepkg is not installed"
	local package
	mkdir "$WORK/arch"
	cp "$TOP/packaging/arch/PKGBUILD" "$WORK/patd-$VERSION.tar.gz" "$WORK/arch"
	# It refuses to run as root.
	chown -R nobody "$WORK/arch"
	(cd "$WORK/arch" && runuser -u nobody -- env HOME="$WORK/arch" makepkg --nodeps --noconfirm) \
		>"$WORK/arch.log" 2>&1 || {
		tail -n 30 "$WORK/arch.log"
		false
	}
	package=("$WORK"/arch/patd-*.pkg.tar*)
	tar -tf "${package[0]}" | sed 's,^,./,; s,^\./usr/lib/patd,./usr/libexec/patd,' >"$WORK/arch.files"
	has "$WORK/arch.files"
}
