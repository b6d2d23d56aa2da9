# SPDX-License-Identifier: LGPL-2.1-or-later
# patd with dbus-broker instead of dbus-daemon.

load system

on_bus() {
	# The socket first, or whoever connects meanwhile starts the former bus again.
	systemctl stop dbus.socket dbus.service
	systemctl "$1" dbus-broker.service
	systemctl start dbus.socket dbus.service
	systemctl restart systemd-logind.service
	gdbus wait --system --timeout 60 org.patd.Tokens1
}

setup_file() {
	systemctl start patd-bus.service
	on_bus enable
}

teardown_file() {
	on_bus disable
}

# subscribe USER FILE [SIGNALS]: starts subscriber.pl; returns once it has subscribed
subscribe() {
	: >"$2" # for tail
	setpriv --reuid="$1" --regid="$1" --clear-groups "$BATS_TEST_DIRNAME/subscriber.pl" "${@:3}" \
		>"$2" 3>&- &
	tail --pid=$! -n +1 -f "$2" | grep -q -m 1 subscribed
}

@test "the bus is dbus-broker" {
	[ "$(systemctl show --value -p Id dbus.service)" = dbus-broker.service ]
	systemctl is-active dbus-broker.service
}

@test "generate, login, revoke, restore and delete work with dbus-broker" {
	token=$(token broker alice)
	runuser -u alice -- patctl list | grep -q broker
	by_sudo alice "$token"
	patctl revoke --user=alice broker
	run ! by_sudo alice "$token"
	patctl restore --user=alice broker
	by_sudo alice "$token"
	patctl revoke --user=alice broker
	patctl delete --yes --user=alice broker
	run -4 patctl show --user=alice broker
}

@test "privacy: signals reach the subscriber that owns the token only with dbus-broker" {
	subscribe bob "$BATS_TEST_TMPDIR/bob"
	other=$!
	subscribe alice "$BATS_TEST_TMPDIR/alice" 3
	subscriber=$!
	token followed alice >/dev/null
	patctl revoke --user=alice followed
	patctl delete --yes --user=alice followed
	wait "$subscriber"
	# A signal that bob receives now comes after all that he could have received before.
	token of-bob bob >/dev/null
	tail --pid="$other" -n +1 -f "$BATS_TEST_TMPDIR/bob" | grep -q -m 1 InterfacesAdded
	kill "$other"
	[ "$(cut -d ' ' -f 1 "$BATS_TEST_TMPDIR/alice" | tr '\n' ' ')" = \
		"subscribed InterfacesAdded PropertiesChanged InterfacesRemoved " ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/bob")" -eq 2 ]
}

@test "generate without a terminal is refused with dbus-broker" {
	run -5 setpriv --reuid=bob --regid=bob --clear-groups patctl generate denied </dev/null
	[[ $output == *authenticat* ]]
}
