# SPDX-License-Identifier: LGPL-2.1-or-later
# Tokens that ssh, sudo and su must refuse.

load system

# remove USER: also while a session of the user is still open
remove() {
	loginctl terminate-user "$1" 2>/dev/null || :
	userdel --force "$1"
}

@test "a token with a wrong secret is refused and logged" {
	good=$(token real alice)
	mark_journal
	refused alice "$(forged "$(id_of "$good")")"
	logged "refused \(wrong\): token=$(id_of "$good") user=alice service=sshd"
	accepted alice "$good"
}

@test "an unknown token is refused and logged" {
	mark_journal
	refused alice "$(forged 0123456789)"
	logged "refused \(wrong\): token=0123456789 user=alice service=sudo"
}

@test "passwords: a token with a wrong checksum is refused without a request to patd" {
	good=$(token typed alice)
	mark_journal
	refused alice "${good%?}$(tr '0-9A-Za-z' '1-9A-Za-z0' <<<"${good: -1}")"
	run ! logged 'pam_pat.*token='
}

@test "revocation: a revoked token is refused at once and accepted after restore" {
	token=$(token revoked alice)
	accepted alice "$token"
	patctl revoke "$(id_of "$token")"
	mark_journal
	refused alice "$token"
	logged "refused \(revoked\): token=$(id_of "$token") user=alice service=su "
	run ! by_console alice "$token"
	run ! by_ssh_interactive alice "$token"
	patctl restore "$(id_of "$token")"
	accepted alice "$token"
}

@test "a deleted token is refused and logged" {
	token=$(token deleted alice)
	accepted alice "$token"
	patctl revoke deleted --user=alice
	patctl delete --yes deleted --user=alice
	mark_journal
	refused alice "$token"
	logged "refused \(wrong\): token=$(id_of "$token") "
}

@test "another user's token is refused and logged" {
	token=$(token mine bob)
	mark_journal
	refused alice "$token"
	logged "refused \(other-user\): token=$(id_of "$token") user=alice"
	by_su bob "$token"
}

@test "a token is refused for a recycled uid and for a recycled name" {
	useradd --uid 4242 --user-group --groups sudo --shell /bin/bash carol
	token=$(token old carol)
	accepted carol "$token"
	remove carol

	useradd --uid 4242 --user-group --groups sudo --shell /bin/bash dave
	mark_journal
	refused dave "$token"
	logged "refused \(other-user\): token=$(id_of "$token") user=dave"
	# The old name with a new uid is another user, too.
	useradd --uid 4243 --user-group --groups sudo --shell /bin/bash carol
	refused carol "$token"
	remove carol
	remove dave
}

@test "an expired token is refused and logged" {
	token=$(token short alice --expires=20s)
	by_su alice "$token"
	wait_until has_state "$token" expired
	mark_journal
	refused alice "$token"
	logged "refused \(expired\): token=$(id_of "$token") user=alice"
}

@test "passwords are accepted after all refusals" {
	accepted alice "$PASSWORD"
	by_ssh_interactive alice "$PASSWORD"
	by_console alice "$PASSWORD"
}
