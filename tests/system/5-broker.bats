# dbus-broker in the place of dbus-daemon: for patd it is the same bus.

load system

on_bus() {
	systemctl stop dbus.service
	systemctl "$1" dbus-broker.service
	systemctl start dbus.socket dbus.service
	systemctl restart systemd-logind.service
	gdbus wait --system --timeout 20 org.patd.Tokens1
}

setup_file() {
	systemctl start patd.service
	on_bus enable
}

teardown_file() {
	on_bus disable
}

# follow USER FILE [SIGNALS]: in the background, from when this returns on
follow() {
	: >"$2" # tail may be there first
	setpriv --reuid="$1" --regid="$1" --clear-groups "$BATS_TEST_DIRNAME/follow.pl" "${@:3}" \
		>"$2" 3>&- &
	tail --pid=$! -n +1 -f "$2" | grep -q -m 1 following
}

@test "it is dbus-broker" {
	[ "$(systemctl show --value -p Id dbus.service)" = dbus-broker.service ]
	systemctl is-active dbus-broker.service
}

@test "a token lives its life" {
	token=$(token broker alice)
	by_sudo alice "$token"
	patctl revoke --user=alice broker
	run ! by_sudo alice "$token"
	patctl restore --user=alice broker
	by_sudo alice "$token"
	patctl revoke --user=alice broker
	patctl delete --yes --user=alice broker
	run -4 patctl show --user=alice broker
}

@test "who follows tokens hears of its own, and another hears nothing" {
	follow bob "$BATS_TEST_TMPDIR/bob"
	spy=$!
	follow alice "$BATS_TEST_TMPDIR/alice" 3
	follower=$!
	token followed alice >/dev/null
	patctl revoke --user=alice followed
	patctl delete --yes --user=alice followed
	wait "$follower"
	# What the spy gets last comes after all that it could have got before.
	token spied bob >/dev/null
	tail --pid="$spy" -n +1 -f "$BATS_TEST_TMPDIR/bob" | grep -q -m 1 InterfacesAdded
	kill "$spy"
	[ "$(cut -d ' ' -f 1 "$BATS_TEST_TMPDIR/alice" | tr '\n' ' ')" = \
		"following InterfacesAdded PropertiesChanged InterfacesRemoved " ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/bob")" -eq 2 ]
}

@test "a person is asked by polkit, and one who cannot be asked is refused" {
	run -5 setpriv --reuid=bob --regid=bob --clear-groups patctl generate nobody-asked </dev/null
	[[ $output == *authenticat* ]]
}
