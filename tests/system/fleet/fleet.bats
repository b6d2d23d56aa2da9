# SPDX-License-Identifier: LGPL-2.1-or-later
# Three booted hosts of a fleet and their hub, set up by the recipe as it is written.  Runs beside
# the machines: see run.

bats_require_minimum_version 1.5.0
load machines

RECIPE=$BATS_TEST_DIRNAME/../../../doc/recipes/fleet.md

# Each block of the recipe becomes a file blocks/WHERE-N, the N-th that is for WHERE.
setup_file() {
	mkdir "$SHARED/blocks" "$SHARED/ca"
	awk -v folder="$SHARED/blocks" '
		!file && /^```sh [a-z]/ { file = sprintf("%s/%s-%d", folder, $2, ++n[$2]); next }
		/^```$/ { if (file) close(file); file = "" }
		file { print >file }
	' "$RECIPE"
}

# Each test builds on those before it.
setup() {
	[ ! -e "$SHARED/failed" ] || {
		echo "an earlier test has failed"
		false
	}
}

teardown() {
	[ "${BATS_TEST_COMPLETED:-}" = 1 ] || touch "$SHARED/failed"
}

# recipe WHERE N [MACHINE]: runs that block there; what it says of web1 is done on another member
recipe() {
	local machine=${3:-$1} block=$SHARED/blocks/$1-$2 output
	if [ "$1" = web1 ]; then
		sed "s/\\bweb1\\b/$machine/g; s,^key = .*,key = $(recall key)," "$block"
	else
		cat "$block"
	fi >"$SHARED/$machine/block"
	touch "$block.run"
	on "$machine" block /shared/block
}

# remember NAME VALUE: for recall NAME, in a later test
remember() {
	printf '%s\n' "$2" >"$SHARED/remembered-$1"
}

recall() {
	cat "$SHARED/remembered-$1"
}

# fleet_token NAME [OPTION...]: alpha issues one for alice
fleet_token() {
	local token
	token=$(on alpha token "$1" alice --fleet --expires=1d "${@:2}") || return
	printf '%s\n' "$token" >>"$SHARED/secrets"
	remember "$1" "$token"
}

# wait_until COMMAND...: repeats it until it succeeds, for WAIT_S (120) seconds at most.  What takes a
# moment may take the half minute in which patd-fleet looks in any case, or tries to connect again, and
# a machine that has more to do its own time.
wait_until() {
	local end=$((SECONDS + ${WAIT_S:-120}))
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
	done
}

# says HOST NAME TEXT: patctl check of the token there does
says() {
	local said
	said=$(on "$1" check "$(recall "$2")") || :
	[[ $said == *"$3"* ]]
}

# logs_in HOST NAME: by sudo, on the host itself
logs_in() {
	on "$1" by_sudo alice "$(recall "$2")"
}

# is_refused HOST NAME: by sudo, on the host itself
is_refused() {
	! logs_in "$@"
}

# is_used_up HOST NAME: the same, for that reason, once the hub has answered in time
is_used_up() {
	is_refused "$@" && on "$1" journal_has "refused \\(exhausted\\): token=$(id_of_remembered "$2")"
}

# status HOST PATTERN: of patctl fleet status (a regular expression)
status() {
	on "$1" patctl fleet status >"$SHARED/status"
	grep -q -- "$2" "$SHARED/status"
}

# id_of_remembered NAME
id_of_remembered() {
	local token
	token=$(recall "$1")
	printf '%s\n' "${token:4:10}"
}

# at_hub_is SQL VALUE
at_hub_is() {
	[ "$(at_hub "$1")" = "$2" ]
}

# staleness HOST PERIOD: max_staleness there, where it is not that of the recipe
staleness() {
	on "$1" eval "printf '[fleet]\\nmax_staleness = $2\\n' >/etc/patd/patd.conf.d/staleness.conf"
	on "$1" reload
}

# at_hub SQL
at_hub() {
	on hub runuser -u postgres -- psql --dbname=patd -Atc "$1"
}

# --- the recipe ------------------------------------------------------------------------------

@test "apt installs patd-fleet beside patd, and nothing of it runs before an administrator wants it" {
	local machine packages installing=()
	for machine in "${MACHINES[@]}"; do
		packages='/packages/*.deb'
		[ "$machine" != hub ] || packages='/packages/patd_*.deb /packages/patd-fleet_*.deb'
		on "$machine" eval "apt_get install $packages" &
		installing+=($!)
	done
	for pid in "${installing[@]}"; do
		wait "$pid"
	done
	for host in "${HOSTS[@]}"; do
		[ "$(on "$host" systemctl is-enabled patd-fleet.service)" = disabled ]
		[ "$(on "$host" systemctl is-active patd-fleet.service)" = inactive ]
		on "$host" systemctl is-active patd-fleet.socket
		[ "$(on "$host" stat -c '%A %U' /run/patd/fleet.sock)" = 'srw------- patd-fleet' ]
		on "$host" systemd-analyze verify --man=no patd-fleet.socket patd-fleet.service
	done
	# Each machine has uids of its own.
	on web2 usermod --uid 1234 alice
}

@test "the certificates of the recipe are made" {
	for n in 1 2 3 4; do
		touch "$SHARED/blocks/ca-$n.run"
		(cd "$SHARED/ca" && bash -euo pipefail "$SHARED/blocks/ca-$n")
	done
	for machine in "${MACHINES[@]}"; do
		cp "$SHARED/ca/$machine".{crt,key} "$SHARED/ca/ca.crt" "$SHARED/$machine/"
		on "$machine" cp /shared/"$machine".{crt,key} /shared/ca.crt /root/
	done
}

@test "the recipe makes the hub, which no host can enter without its certificate" {
	# As Debian's postgresql does where it is installed by hand.
	# shellcheck disable=SC2016 # expanded there
	on hub eval 'pg_createcluster "$(ls /usr/lib/postgresql)" main && systemctl enable --now postgresql'
	for n in 1 2 3; do
		recipe hub "$n"
	done
	run ! on web1 runuser -u alice -- psql --no-password -Atc 'SELECT 1' \
		'host=hub.example.org dbname=patd user=web1 sslmode=require'
	echo "$output"
	[[ $output == *"requires a valid client certificate"* ]]
}

@test "the recipe makes an issuer and two members, which reach the hub" {
	recipe alpha 1
	remember key "$(on alpha patctl fleet status | sed -n 's/^Key: *//p')"
	[ "$(recall key | wc -c)" -eq 45 ]
	recipe web1 1
	recipe web1 1 web2
	for host in "${HOSTS[@]}"; do
		wait_until status "$host" 'Hub: *connected since'
	done
}

@test "the token of the recipe opens ssh and sudo on the members, and nothing on its issuer" {
	run recipe alpha 2
	[ "$status" -eq 0 ]
	token=$(grep -oE 'pat_[0-9A-Za-z]{10}_[0-9A-Za-z]{45}' <<<"$output")
	printf '%s\n' "$token" >>"$SHARED/secrets"
	remember laptop "$token"
	for member in web1 web2; do
		wait_until says "$member" laptop ': accepted'
		on alpha by_ssh_to "$member" alice "$token"
		logs_in "$member" laptop
	done
	is_refused alpha laptop
	says alpha laptop 'it is not for this machine'
}

@test "the token of the recipe is revoked on a member, and refused on all" {
	run recipe web1 2
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *BEHIND* ]]
	is_refused web1 laptop
	wait_until says web2 laptop 'it is revoked'
	wait_until on alpha eval 'patctl show laptop --user=alice | grep -Eq "State: *revoked"'
	is_refused web2 laptop
}

# --- tokens of the fleet -----------------------------------------------------------------------

@test "a token is good on the hosts that it names and on no other" {
	fleet_token named --hosts=web2,db1
	wait_until says web2 named ': accepted'
	logs_in web2 named
	wait_until says web1 named 'it is not for this machine'
	is_refused web1 named
}

@test "a token that is revoked at its issuer is refused on the members a moment later" {
	fleet_token short
	for member in web1 web2; do
		wait_until says "$member" short ': accepted'
	done
	logs_in web1 short
	on alpha patctl revoke --quiet short --user=alice
	for member in web1 web2; do
		# Less than the half minute in which they look in any case.
		WAIT_S=20 wait_until says "$member" short 'it is revoked'
		is_refused "$member" short
	done
}

@test "a token that its owner revokes on a member is refused there at once, and everywhere soon" {
	fleet_token owned
	for member in web1 web2; do
		wait_until says "$member" owned ': accepted'
	done
	on web2 runuser -u alice -- patctl revoke --quiet owned
	says web2 owned 'it is revoked'
	is_refused web2 owned
	for host in alpha web1; do
		wait_until says "$host" owned 'it is revoked'
	done
	is_refused web1 owned
}

@test "the issuer knows of uses on the members" {
	fleet_token seen
	wait_until says web1 seen ': accepted'
	logs_in web1 seen
	wait_until on alpha eval 'patctl show seen --user=alice | grep -q " on web1"'
}

# --- links and programs that end ---------------------------------------------------------------

@test "logins by tokens of the fleet go on where the link is cut" {
	fleet_token lasting
	remember local "$(on web2 token local alice)"
	recall local >>"$SHARED/secrets"
	staleness web2 1min
	for member in web1 web2; do
		wait_until says "$member" lasting ': accepted'
	done
	link web2 down
	logs_in web2 lasting
	logs_in web2 local
	on alpha patctl fleet hosts
}

@test "logins go on while PostgreSQL is dead, and what happened meanwhile is everywhere after it" {
	for name in killed held; do
		fleet_token "$name"
		wait_until says web1 "$name" ': accepted'
	done
	on hub systemctl kill --signal=KILL 'postgresql@*'
	logs_in web1 killed
	on alpha patctl revoke --quiet killed --user=alice
	on web1 patctl revoke --quiet held --user=alice
	fleet_token late
	for host in alpha web1; do
		wait_until status "$host" 'Error:'
		status "$host" 'not connected since'
	done
	says web1 killed ': accepted'
	is_refused web1 held
	on hub systemctl restart postgresql
	wait_until says web1 late ': accepted'
	wait_until says web1 killed 'it is revoked'
	wait_until says alpha held 'it is revoked'
	logs_in web1 late
}

@test "where the link is cut, logins by tokens of the fleet end with max_staleness, and others do not" {
	wait_until says web2 lasting 'too old'
	is_refused web2 lasting
	on web2 journal_has "refused \\(stale\\): token=$(id_of_remembered lasting)"
	logs_in web2 local
	status web2 stale
}

@test "where the link is back, logins by tokens of the fleet are accepted again" {
	link web2 up
	wait_until says web2 lasting ': accepted'
	logs_in web2 lasting
	wait_until says web2 killed 'it is revoked'
	staleness web2 15min
}

# --- what was restored ---------------------------------------------------------------------------

@test "a hub that is restored from an old dump gets what it lacks, and takes nothing back" {
	fleet_token dumped
	wait_until says web1 dumped ': accepted'
	recipe hub 4
	fleet_token newer
	on alpha patctl revoke --quiet dumped --user=alice
	for member in web1 web2; do
		wait_until says "$member" newer ': accepted'
		wait_until says "$member" dumped 'it is revoked'
	done
	recipe hub 5
	recipe hub 3
	[ "$(at_hub "SELECT count(*) FROM patd_fleet.row WHERE id = '$(id_of_remembered newer)'")" -le 1 ]
	wait_until at_hub_is "SELECT count(*) FROM patd_fleet.row WHERE id = '$(id_of_remembered newer)'" 1
	fleet_token newest
	for member in web1 web2; do
		wait_until says "$member" newest ': accepted'
		says "$member" dumped 'it is revoked'
		logs_in "$member" newer
	done
}

@test "an issuer that is restored from a backup takes over what it has signed since" {
	fleet_token kept
	on alpha patctl backup --quiet /root/fleet.backup
	fleet_token since
	on alpha patctl revoke --quiet kept --user=alice
	for member in web1 web2; do
		wait_until says "$member" since ': accepted'
		wait_until says "$member" kept 'it is revoked'
	done
	on alpha patctl restore-backup --yes /root/fleet.backup
	wait_until says alpha since ': accepted'
	wait_until says alpha kept 'it is revoked'
	# Not before it has told the hub so.
	wait_until fleet_token after
	for member in web1 web2; do
		wait_until says "$member" after ': accepted'
		says "$member" kept 'it is revoked'
		logs_in "$member" since
	done
}

# --- clocks and keys ---------------------------------------------------------------------------------

# clock_ahead HOST: by ten minutes, for patd there, until clock_right HOST
clock_ahead() {
	on "$1" override_service Environment=LD_PRELOAD=/later.so Environment=LATER=600
}

clock_right() {
	on "$1" restore_service
}

@test "what an issuer revokes is refused on members, also while its clock is 10 minutes ahead" {
	fleet_token clock
	clock_ahead alpha
	fleet_token ahead
	on alpha patctl revoke --quiet clock --user=alice
	for member in web1 web2; do
		wait_until says "$member" ahead ': accepted'
		wait_until says "$member" clock 'it is revoked'
		logs_in "$member" ahead
		wait_until on "$member" journal_has 'heartbeat of the issuer alpha is [0-9]+ seconds ahead'
	done
	clock_right alpha
	on alpha patctl revoke --quiet ahead --user=alice
	for member in web1 web2; do
		wait_until says "$member" ahead 'it is revoked'
	done
}

@test "where the clock is 10 minutes ahead, tokens of the fleet are good as long as max_staleness permits" {
	fleet_token behind
	wait_until says web1 behind ': accepted'
	clock_ahead web1
	logs_in web1 behind
	staleness web1 5min
	says web1 behind 'too old'
	is_refused web1 behind
	staleness web1 15min
	logs_in web1 behind
	clock_right web1
	logs_in web1 behind
}

@test "members accept tokens without a gap while their issuer changes its key" {
	fleet_token signed
	for member in web1 web2; do
		wait_until says "$member" signed ': accepted'
	done
	next=$(on alpha patctl fleet status | sed -n 's/^Next key: *//p')
	for member in web1 web2; do
		on "$member" sed -i "s,^key = .*,&\\, $next," /etc/patd/patd.conf.d/fleet.conf
		on "$member" systemctl reload patd
	done
	[ "$(on alpha patctl fleet new-key --yes --quiet)" = "$next" ]
	fleet_token renewed
	for member in web1 web2; do
		wait_until says "$member" renewed ': accepted'
		logs_in "$member" signed
		on "$member" sed -i "s,^key = .*,key = $next," /etc/patd/patd.conf.d/fleet.conf
		on "$member" systemctl reload patd
		logs_in "$member" signed
		logs_in "$member" renewed
	done
}

# --- limited tokens ----------------------------------------------------------------------------------

@test "a limited token is good for as many uses as it has, on all members together" {
	fleet_token twice --max-uses=2
	for member in web1 web2; do
		wait_until says "$member" twice ': accepted'
	done
	wait_until logs_in web1 twice
	wait_until logs_in web2 twice
	for host in "${HOSTS[@]}"; do
		is_refused "$host" twice
	done
	wait_until is_used_up web2 twice
}

@test "a limited token is refused where the hub cannot be reached, and has lost no use by that" {
	fleet_token once --max-uses=1
	wait_until says web1 once ': accepted'
	# That of all clusters alone would not wait for this one.
	on hub systemctl stop 'postgresql@*' postgresql
	is_refused web1 once
	on web1 journal_has "unavailable \\(unclaimed\\): token=$(id_of_remembered once)"
	on hub systemctl start postgresql
	wait_until logs_in web1 once
	wait_until is_used_up web1 once
}

# --- what is left ----------------------------------------------------------------------------------

@test "the journal and the history of each host have what happened to tokens of the fleet" {
	on alpha journal_has "\"seen\" of alice: generated by uid 0"
	for member in web1 web2; do
		on "$member" journal_has '"seen" of alice: generated by uid 0 \(fleet\): "alpha"'
		on "$member" journal_has "accepted: token=$(id_of_remembered since) user=alice service=sudo"
		run on "$member" patctl log --user=alice
		echo "$output"
		[[ $output == *"generated "*"since "*"alpha"* ]]
	done
}

@test "no journal has a token of the fleet" {
	[ "$(wc -l <"$SHARED/secrets")" -gt 10 ]
	for machine in "${MACHINES[@]}"; do
		on "$machine" journalctl --quiet --all -o export --no-pager >"$SHARED/export"
		[ "$(wc -l <"$SHARED/export")" -gt 100 ]
		run ! grep -aFf "$SHARED/secrets" "$SHARED/export"
	done
}

@test "a member that the recipe removes at the hub is out, until it is added again" {
	recipe hub 6
	wait_until status web2 'not connected since'
	fleet_token without
	wait_until says web1 without ': accepted'
	says web2 without 'no such token'
	logs_in web2 local
	recipe hub 3
	wait_until says web2 without ': accepted'
}

@test "the recipe is undone, and tokens of the fleet open nothing" {
	for host in "${HOSTS[@]}"; do
		recipe each 1 "$host"
		says "$host" after 'is not in patd.conf'
		is_refused "$host" after
	done
	logs_in web2 local
	recipe hub 7
}

@test "each block of the recipe was run" {
	for block in "$SHARED"/blocks/*-*[0-9]; do
		echo "$block"
		[ -e "$block.run" ]
	done
}
