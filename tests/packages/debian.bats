# SPDX-License-Identifier: LGPL-2.1-or-later
# The Debian packages, checked by lintian and piuparts.

bats_require_minimum_version 1.5.0

setup_file() {
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	# shellcheck disable=SC1091
	SUITE=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	export TOP SUITE
	"$TOP/debian/make-deb" "$TOP/build/deb" >&2
}

@test "make-deb lists the sources of a tree that another user has cloned" {
	[ -e "$TOP/.git" ] || skip "the tree is no clone"
	run ! env GIT_TEST_ASSUME_DIFFERENT_OWNER=1 git -C "$TOP" ls-files
	GIT_TEST_ASSUME_DIFFERENT_OWNER=1 "$TOP/debian/make-deb" "$TOP/build/deb"
}

# alien-tag: Debian 13's no longer knows a tag that Debian 12's has to be told to override.
@test "lintian reports no tag of any severity" {
	run lintian --suppress-tags=alien-tag --allow-root --fail-on=error,warning,info,pedantic --pedantic --display-info \
		--tag-display-limit=0 "$TOP"/build/deb/*.changes
	echo "$output"
	[ "$status" -eq 0 ]
	run ! grep -q '^[EWIP]:' <<<"$output"
}

@test "the packages have the README, the decisions and the examples" {
	files=$(dpkg -c "$TOP"/build/deb/patd_*.deb | sed 's/.* \.//; s/\.gz$//')
	for file in README.md NEWS SECURITY.md decisions.md examples/mytokens.py recipes/sudo.md; do
		grep -qxF "/usr/share/doc/patd/$file" <<<"$files"
	done
}

@test "each override of lintian has a comment" {
	for file in "$TOP"/debian/*.lintian-overrides; do
		awk '/^#/ { commented = 1; next } NF && !commented { exit 1 } { commented = 0 }' "$file"
	done
}

@test "piuparts finds no leftovers after installation, removal and purge" {
	[ "$(id -u)" -eq 0 ] || skip "only root can run piuparts"
	# shellcheck disable=SC2016 # variables of apt
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' \
		'Origin: Debian' | sed -n "s/ $SUITE\$//p" | head -n 1)
	[ -n "$mirror" ] || skip "apt has no lists of Debian $SUITE"
	root=$("$TOP/tests/system/root" "$SUITE" bare)
	run piuparts --existing-chroot="$root" --distribution="$SUITE" --mirror="$mirror main" \
		--no-eatmydata --no-upgrade-test "$TOP"/build/deb/*.deb
	grep -A 12 -E 'ERROR|FAIL' <<<"$output" || :
	[ "$status" -eq 0 ]
	grep -q 'PASS: All tests' <<<"$output"
}
