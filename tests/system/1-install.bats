load system

@test "the machine is up" {
	systemctl is-system-running
}
@test "fails" { false; }
