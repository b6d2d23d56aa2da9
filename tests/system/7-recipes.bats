# The recipes of doc/recipes do what they say, as they are written, and leave PAM as it was.

load system
load recipe

# Removed by 6-removal, if that ran.
setup_file() {
	DEBIAN_FRONTEND=noninteractive apt-get install --yes /packages/*.deb
	cp -a /etc/pam.d /var/tmp/pam.d.recipes
}

# After a recipe that failed.
teardown() {
	[ "${BATS_TEST_COMPLETED:-}" != 1 ] || return 0
	rm -rf /etc/pam.d
	cp -a /var/tmp/pam.d.recipes /etc/pam.d
	DEBIAN_FRONTEND=noninteractive pam-auth-update --force --enable pat
}

# unchanged: PAM is as it was before the recipe, and passwords and tokens open doors
unchanged() {
	diff -r /var/tmp/pam.d.recipes /etc/pam.d
	accepted alice "$PASSWORD"
	accepted alice "$(token "after-$BATS_TEST_NUMBER" alice)"
}

@test "tokens for sudo alone" {
	follow sudo
	unchanged
}

@test "tokens for ssh alone" {
	follow ssh
	unchanged
}

@test "an account that has tokens and no password" {
	follow service-account
	run ! getent passwd deploy
	unchanged
}

@test "tokens in PostgreSQL" {
	pg_createcluster "$(ls /usr/lib/postgresql)" main --start
	follow postgresql || { cat /var/log/postgresql/*; false; }
	unchanged
}

@test "tokens for cron jobs, CI runners and Ansible" {
	follow unattended
	unchanged
}

@test "tokens in screen lockers" {
	# As swaylock's package has it.
	echo 'auth include login' | tee /etc/pam.d/swaylock >/var/tmp/pam.d.recipes/swaylock
	follow screen-locker
	unchanged
}

@test "every recipe is among them, and in the list of all" {
	for recipe in "$RECIPES"/*.md; do
		name=$(basename "$recipe" .md)
		[ "$name" != README ] || continue
		grep -q "^	follow $name\>" "$BATS_TEST_FILENAME"
		grep -q "($name\.md)" "$RECIPES/README.md"
	done
}
