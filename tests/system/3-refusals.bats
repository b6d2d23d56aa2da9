# Every token that must not open a door, at ssh, sudo and su.

load system

# remove USER: also if the machine has not yet noticed that the user logged out
remove() {
	loginctl terminate-user "$1" 2>/dev/null || :
	userdel --force "$1"
}

@test "a token with a wrong secret is refused" {
	good=$(token real alice)
	mark
	refused alice "$(forged "$(id_of "$good")")"
	said "refused \(wrong\): token=$(id_of "$good") user=alice service=sshd"
	accepted alice "$good"
}

@test "a token that was never made is refused" {
	mark
	refused alice "$(forged 0123456789)"
	said "refused \(wrong\): token=0123456789 user=alice service=sudo"
}

@test "a token with a typing error is refused, and patd is not asked" {
	good=$(token typed alice)
	mark
	refused alice "${good%?}$(tr '0-9A-Za-z' '1-9A-Za-z0' <<<"${good: -1}")"
	run ! said 'pam_pat.*token='
}

@test "a revoked token is refused at once, and accepted when restored" {
	token=$(token revoked alice)
	accepted alice "$token"
	patctl revoke "$(id_of "$token")"
	mark
	refused alice "$token"
	said "refused \(revoked\): token=$(id_of "$token") user=alice service=su "
	run ! by_console alice "$token"
	run ! by_ssh_interactive alice "$token"
	patctl restore "$(id_of "$token")"
	accepted alice "$token"
}

@test "a deleted token is refused" {
	token=$(token deleted alice)
	accepted alice "$token"
	patctl revoke deleted --user=alice
	patctl delete --yes deleted --user=alice
	mark
	refused alice "$token"
	said "refused \(wrong\): token=$(id_of "$token") "
}

@test "another user's token is refused" {
	token=$(token mine bob)
	mark
	refused alice "$token"
	said "refused \(other-user\): token=$(id_of "$token") user=alice"
	by_su bob "$token"
}

@test "a token outlives neither its user nor a recycled uid" {
	useradd --uid 4242 --user-group --groups sudo --shell /bin/bash carol
	token=$(token old carol)
	accepted carol "$token"
	remove carol

	useradd --uid 4242 --user-group --groups sudo --shell /bin/bash dave
	mark
	refused dave "$token"
	said "refused \(other-user\): token=$(id_of "$token") user=dave"
	# The old name on a new uid is not the old user either.
	useradd --uid 4243 --user-group --groups sudo --shell /bin/bash carol
	refused carol "$token"
	remove carol
	remove dave
}

@test "an expired token is refused" {
	token=$(token short alice --expires=5s)
	by_su alice "$token"
	# shellcheck disable=SC2016 # the inner shell's
	timeout 20 bash -c 'until patctl show "$1" | grep -qi "state.*expired"; do :; done' \
		bash "$(id_of "$token")"
	mark
	refused alice "$token"
	said "refused \(expired\): token=$(id_of "$token") user=alice"
}

@test "after all of it the password opens every door" {
	accepted alice "$PASSWORD"
	by_ssh_interactive alice "$PASSWORD"
	by_console alice "$PASSWORD"
}
