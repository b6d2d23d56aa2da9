# SPDX-License-Identifier: LGPL-2.1-or-later
# The recipes of doc/recipes work as written and leave PAM unchanged.

load system
load recipe
load modules

# Installs the packages, which 6-removal has removed if it ran.
setup_file() {
	apt_get install /packages/*.deb
	cp -a /etc/pam.d /var/tmp/pam.d.recipes
}

# After a failed recipe.
teardown() {
	[ "${BATS_TEST_COMPLETED:-}" != 1 ] || return 0
	rm -rf /etc/pam.d
	cp -a /var/tmp/pam.d.recipes /etc/pam.d
	DEBIAN_FRONTEND=noninteractive pam-auth-update --force --enable pat pat-password pat-session
}

# expect_unchanged: PAM is as before the recipe, and passwords and tokens are accepted
expect_unchanged() {
	diff -r /var/tmp/pam.d.recipes /etc/pam.d
	accepted alice "$PASSWORD"
	accepted alice "$(token "after-$BATS_TEST_NUMBER" alice)"
}

@test "the recipe for tokens in sudo only works" {
	run_recipe sudo
	expect_unchanged
}

@test "the recipe for tokens in ssh only works" {
	run_recipe ssh
	expect_unchanged
}

@test "the recipe for an account without a password works" {
	run_recipe service-account
	run ! getent passwd deploy
	expect_unchanged
}

@test "the recipe for PostgreSQL works" {
	pg_createcluster "$(ls /usr/lib/postgresql)" main --start
	run_recipe postgresql || { cat /var/log/postgresql/*; false; }
	expect_unchanged
}

@test "the recipe for cron jobs, CI runners and Ansible works" {
	run_recipe unattended
	expect_unchanged
}

@test "the recipe for agents works" {
	run_recipe agent
	[ ! -e /etc/sudoers.d/agent ]
	expect_unchanged
}

@test "the recipe for screen lockers works" {
	# As in the package swaylock.
	echo 'auth include login' | tee /etc/pam.d/swaylock >/var/tmp/pam.d.recipes/swaylock
	run_recipe screen-locker
	expect_unchanged
}

@test "the recipe for other modules works, with pam_mount" {
	install_module libpam-mount
	run_recipe other-modules
	pam-auth-update --package
	grep -c pam_mount /etc/pam.d/common-auth
	run ! grep disable_interactive /etc/pam.d/common-auth
	remove_module libpam-mount
	expect_unchanged
}

@test "each recipe is listed in the README of the recipes and tested here, or with its application" {
	for recipe in "$RECIPES"/*.md; do
		name=$(basename "$recipe" .md)
		[ "$name" != README ] || continue
		listed=$(grep "($name\.md)" "$RECIPES/README.md")
		[ "$listed" != "" ]
		grep -q "^	run_recipe $name\>" "$BATS_TEST_FILENAME" ||
			[[ $listed == *'(application)' || $listed == *'(several machines)' ]]
	done
}

@test "the recipe for templates works" {
	run_recipe template
	expect_unchanged
}
