# SPDX-License-Identifier: LGPL-2.1-or-later
# Logs in to the VNC server at 127.0.0.1:5905 as the user in the first argument, with the secret on
# standard input, by the security type TLSPlain; prints the reason of a refusal.
use strict;
use warnings;
use IO::Socket::SSL;

my $server = IO::Socket::INET->new(PeerAddr => '127.0.0.1:5905') or die "no server: $!\n";
my ($user) = @ARGV;
my $secret = <STDIN>;
chomp $secret;

sub get {
	my ($length) = @_;
	my $bytes = '';
	while (length $bytes < $length) {
		sysread $server, $bytes, $length - length $bytes, length $bytes or die "the server ended\n";
	}
	return $bytes;
}

sub put {
	syswrite $server, $_[0] or die "the server ended\n";
}

alarm 60;
get(12);
put("RFB 003.008\n");
get(unpack 'C', get(1));
put(pack 'C', 19);         # VeNCrypt, of which TLSPlain is a part
get(2);
put(pack 'CC', 0, 2);      # its version
get(1);
get(4 * unpack 'C', get(1));
put(pack 'N', 259);        # TLSPlain
unpack('C', get(1)) == 1 or die "no TLS\n";
# Without a certificate: TLS 1.3 has no such ciphers.
IO::Socket::SSL->start_SSL($server, SSL_version => 'TLSv12', SSL_cipher_list => 'aNULL:@SECLEVEL=0',
	SSL_verify_mode => SSL_VERIFY_NONE) or die "no TLS: $SSL_ERROR\n";
put(pack('NN', length $user, length $secret) . $user . $secret);
exit 0 if unpack('N', get(4)) == 0;
print get(unpack 'N', get(4)), "\n";
exit 1;
