# The key is a credential that this machine alone can decrypt.

load system

SEALED=/etc/credstore.encrypted/patd.key
FILE=/var/lib/patd/key

unsealed() {
	systemd-creds decrypt --name=patd.key "$SEALED" - 2>/dev/null
}

# as_file: from here on patd's key is a file, as of a machine that can seal nothing
as_file() {
	systemctl stop patd.service
	(umask 077 && unsealed >"$FILE")
	chown patd:patd "$FILE"
	rm "$SEALED"
}

setup_file() {
	systemctl stop patd.service
	cp -a /var/lib/patd /var/tmp/patd.key-tests
	cp -a "$SEALED" /var/tmp/patd.key
}

# Whatever a test did, the next one finds the machine as it was.
teardown() {
	rm -rf /run/systemd/system/patd.service.d /run/systemd/system/patd-key.service.d
	systemctl daemon-reload
	systemctl stop patd-root.socket patd-user.socket patd.service
	rm -rf /var/lib/patd /etc/credstore/patd.key
	cp -a /var/tmp/patd.key-tests /var/lib/patd
	cp -a /var/tmp/patd.key "$SEALED"
	systemctl reset-failed
	systemctl start patd-root.socket patd-user.socket
}

teardown_file() {
	rm -r /var/tmp/patd.key-tests /var/tmp/patd.key
}

@test "no file holds the key in the clear" {
	[ "$(stat -c '%A %U:%G' "$SEALED")" = "-rw------- root:root" ]
	[ "$(unsealed | wc -c)" -eq 32 ]
	[ ! -e "$FILE" ]
	# shellcheck disable=SC2016 # Perl's
	unsealed | perl -e '
		use File::Find;
		read(STDIN, my $key, 33) == 32 or die "no key";
		my $read = 0;
		find({ no_chdir => 1, wanted => sub {
			return unless -f $_ && open(my $file, "<:raw", $_);
			local $/;
			my $content = <$file> // "";
			$read++;
			die "$_ holds it\n" if index($content, $key) >= 0;
		} }, "/etc", "/var", "/run");
		die "nothing was read" unless $read > 100;'
}

@test "a key that was a file moves in, and its tokens live on" {
	token=$(token from-a-file alice)
	before=$(unsealed | sha256sum)
	as_file
	by_su alice "$token"
	[ ! -e "$FILE" ]
	[ "$(unsealed | sha256sum)" = "$before" ]
	systemctl restart patd.service
	by_su alice "$token"
}

@test "a key moves in however often one just did" {
	for _ in 1 2 3 4 5 6 7; do
		as_file
		systemctl start patd.service
		[ ! -e "$FILE" ]
		[ -e "$SEALED" ]
	done
}

@test "a crash between sealing the key and removing the file loses nothing" {
	token=$(token in-both-places alice)
	before=$(unsealed | sha256sum)
	cp -a "$SEALED" /run/sealed
	as_file
	cp -a /run/sealed "$SEALED"
	: >"$SEALED.new"
	by_su alice "$token"
	[ ! -e "$FILE" ]
	[ ! -e "$SEALED.new" ]
	[ "$(unsealed | sha256sum)" = "$before" ]
}

@test "a file with another key is left alone, and the journal has it" {
	token=$(token beside-another alice)
	systemctl stop patd.service
	(umask 077 && head -c 32 /dev/urandom >"$FILE")
	before=$(sha256sum "$FILE")
	mark
	by_su alice "$token"
	said "$FILE is another key than $SEALED"
	[ "$(sha256sum "$FILE")" = "$before" ]
}

@test "where nothing can be sealed, patd keeps its key as a file, and it moves in later" {
	systemctl stop patd.service
	rm -r /var/lib/patd "$SEALED"
	mkdir -p /run/systemd/system/patd-key.service.d
	printf '%s\n' '[Service]' 'InaccessiblePaths=/usr/bin/systemd-creds' \
		>/run/systemd/system/patd-key.service.d/test.conf
	systemctl daemon-reload
	mark
	token=$(token unsealed alice)
	said 'could not be sealed'
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

@test "a key that was lost is not replaced by a new one" {
	systemctl stop patd.service
	rm "$SEALED"
	mark
	run ! systemctl start patd.service
	said 'the key is lost'
	[ ! -e "$FILE" ]
	[ ! -e "$SEALED" ]
}

@test "with another machine's key patd does not start, and passwords go on" {
	token=$(token elsewhere alice)
	systemctl stop patd.service
	sed -i '1s/^....../AAAAAA/' "$SEALED"
	run ! systemctl start patd.service
	run ! by_su alice "$token"
	by_su alice "$PASSWORD"
}

@test "the administrator may hand the key in unsealed" {
	systemctl stop patd.service
	rm -r /var/lib/patd "$SEALED"
	install -d -m 0700 /etc/credstore
	(umask 077 && head -c 32 /dev/urandom >/etc/credstore/patd.key)
	run ! systemctl start patd.service
	run -1 patctl doctor
	[[ $output == *"/etc/credstore/patd.key is not encrypted"* ]]
	overridden LoadCredential=patd.key
	token=$(token handed-in alice)
	[ ! -e "$FILE" ]
	[ ! -e "$SEALED" ]
	systemctl restart patd.service
	by_su alice "$token"
}
