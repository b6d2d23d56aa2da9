# SPDX-License-Identifier: LGPL-2.1-or-later
# The key of patd as a credential that only this machine can decrypt.

load system

SEALED=/etc/credstore.encrypted/patd.key
FILE=/var/lib/patd/key

unsealed() {
	systemd-creds decrypt --name=patd.key "$SEALED" - 2>/dev/null
}

# unseal_key: makes the key a file, as on a machine that cannot seal it
unseal_key() {
	systemctl stop patd.service
	(umask 077 && unsealed >"$FILE")
	chown patd:patd "$FILE"
	rm "$SEALED"
}

setup_file() {
	# All, since patd-bus would start patd again, whose credential is the plain key in memory.
	systemctl stop "${UNITS[@]}"
	systemctl start "${SOCKETS[@]}"
	cp -a /var/lib/patd /var/tmp/patd.key-tests
	cp -a "$SEALED" /var/tmp/patd.key
}

# Restores the state and the key for the next test.
teardown() {
	rm -rf /run/systemd/system/patd.service.d /run/systemd/system/patd-key.service.d
	systemctl daemon-reload
	systemctl stop "${UNITS[@]}"
	rm -rf /var/lib/patd /etc/credstore/patd.key
	cp -a /var/tmp/patd.key-tests /var/lib/patd
	cp -a /var/tmp/patd.key "$SEALED"
	systemctl reset-failed
	systemctl start "${SOCKETS[@]}"
}

teardown_file() {
	rm -r /var/tmp/patd.key-tests /var/tmp/patd.key
}

@test "stolen database: no file contains the plain key" {
	[ "$(stat -c '%A %U:%G' "$SEALED")" = "-rw------- root:root" ]
	[ "$(unsealed | wc -c)" -eq 32 ]
	[ ! -e "$FILE" ]
	# shellcheck disable=SC2016 # for Perl
	unsealed | perl -e '
		use File::Find;
		read(STDIN, my $key, 33) == 32 or die "no key";
		my $read = 0;
		find({ no_chdir => 1, wanted => sub {
			return unless -f $_ && open(my $file, "<:raw", $_);
			local $/;
			my $content = <$file> // "";
			$read++;
			die "$_ contains it\n" if index($content, $key) >= 0;
		} }, "/etc", "/var", "/run");
		die "nothing was read" unless $read > 100;'
}

@test "a key in a file is sealed at the next start and tokens are still accepted" {
	token=$(token from-a-file alice)
	before=$(unsealed | sha256sum)
	unseal_key
	by_su alice "$token"
	[ ! -e "$FILE" ]
	[ "$(unsealed | sha256sum)" = "$before" ]
	systemctl restart patd.service
	by_su alice "$token"
}

@test "a key in a file is sealed at each of many starts" {
	for _ in 1 2 3 4 5 6 7; do
		unseal_key
		systemctl start patd.service
		[ ! -e "$FILE" ]
		[ -e "$SEALED" ]
	done
}

@test "a key that is both sealed and in a file is removed from the file" {
	token=$(token in-both-places alice)
	before=$(unsealed | sha256sum)
	cp -a "$SEALED" /run/sealed
	unseal_key
	cp -a /run/sealed "$SEALED"
	: >"$SEALED.new"
	by_su alice "$token"
	[ ! -e "$FILE" ]
	[ ! -e "$SEALED.new" ]
	[ "$(unsealed | sha256sum)" = "$before" ]
}

@test "a file with another key is kept and logged" {
	token=$(token beside-another alice)
	systemctl stop patd.service
	(umask 077 && head -c 32 /dev/urandom >"$FILE")
	chown patd:patd "$FILE"
	before=$(sha256sum "$FILE")
	mark_journal
	by_su alice "$token"
	logged "$FILE is another key than the credential patd.key"
	[ "$(sha256sum "$FILE")" = "$before" ]
}

# in_place KIND: what a process of the user patd can put in the place of its key
in_place() {
	case $1 in
	link) runuser -u patd -- ln -s "$OF_ROOT" "$FILE" ;;
	hard-link) ln "$OF_ROOT" "$FILE" ;;
	pipe) runuser -u patd -- mkfifo -m 0600 "$FILE" ;;
	folder) runuser -u patd -- mkdir -m 0700 "$FILE" ;;
	*-bytes) runuser -u patd -- sh -c "umask 077; head -c '${1%-bytes}' /dev/zero >'$FILE'" ;;
	esac
}

@test "separation: patd-seal-key seals nothing that the user patd put in place of its key" {
	systemctl stop patd.service
	OF_ROOT=/var/lib/of-root
	(umask 077 && head -c 32 /dev/zero | tr '\0' s >"$OF_ROOT")
	before=$(sha256sum "$OF_ROOT")
	rm "$SEALED"
	for kind in link hard-link pipe folder 0-bytes 31-bytes 33-bytes; do
		rm -rf "$FILE"
		in_place "$kind"
		mark_journal
		systemctl start patd-key.service
		logged 'could not be sealed'
		[ ! -e "$SEALED" ] || return 1
		[ ! -e "$SEALED.new" ] || return 1
		[ -e "$FILE" ]
		[ "$(sha256sum "$OF_ROOT")" = "$before" ]
	done
	# Also beside a sealed one, which stays.
	rm -rf "$FILE"
	cp -a /var/tmp/patd.key "$SEALED"
	in_place link
	mark_journal
	token=$(token beside-a-link alice)
	by_su alice "$token"
	logged "cannot open the key $FILE"
	[ -L "$FILE" ]
	cmp "$SEALED" /var/tmp/patd.key
	rm "$OF_ROOT"
}

@test "a key that cannot be sealed stays a file until it can" {
	systemctl stop patd.service
	rm -r /var/lib/patd "$SEALED"
	mkdir -p /run/systemd/system/patd-key.service.d
	printf '%s\n' '[Service]' 'InaccessiblePaths=/usr/bin/systemd-creds' \
		>/run/systemd/system/patd-key.service.d/test.conf
	systemctl daemon-reload
	mark_journal
	token=$(token unsealed alice)
	logged 'could not be sealed'
	[ -e "$FILE" ]
	[ ! -e "$SEALED" ]
	by_su alice "$token"

	rm -r /run/systemd/system/patd-key.service.d
	systemctl daemon-reload
	systemctl restart patd.service
	by_su alice "$token"
	[ ! -e "$FILE" ]
	[ -e "$SEALED" ]
}

@test "patd does not start with a lost key and makes no new one" {
	systemctl stop patd.service
	rm "$SEALED"
	mark_journal
	run ! systemctl start patd.service
	logged 'the key is missing'
	[ ! -e "$FILE" ]
	[ ! -e "$SEALED" ]
}

@test "stolen database: patd does not start with the key of another machine, and passwords are accepted" {
	token=$(token elsewhere alice)
	systemctl stop patd.service
	sed -i '1s/^....../AAAAAA/' "$SEALED"
	run ! systemctl start patd.service
	run ! by_su alice "$token"
	by_su alice "$PASSWORD"
}

@test "an unsealed credential is used if the administrator configures it" {
	systemctl stop patd.service
	rm -r /var/lib/patd "$SEALED"
	install -d -m 0700 /etc/credstore
	(umask 077 && head -c 32 /dev/urandom >/etc/credstore/patd.key)
	run ! systemctl start patd.service
	run -1 patctl doctor
	[[ $output == *"/etc/credstore/patd.key is not encrypted"* ]]
	override_service LoadCredential=patd.key
	token=$(token handed-in alice)
	[ ! -e "$FILE" ]
	[ ! -e "$SEALED" ]
	systemctl restart patd.service
	by_su alice "$token"
}
