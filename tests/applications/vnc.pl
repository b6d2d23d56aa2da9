# SPDX-License-Identifier: LGPL-2.1-or-later
# Logs in to the VNC server at 127.0.0.1:5905 as the user in the first argument, with the secret on
# standard input, by the security type Plain; prints the reason of a refusal.
use strict;
use warnings;
use IO::Socket::INET;

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
put(pack 'C', 19);         # VeNCrypt, of which Plain is a part
get(2);
put(pack 'CC', 0, 2);      # its version
get(1);
get(4 * unpack 'C', get(1));
put(pack 'N', 256);        # Plain
put(pack('NN', length $user, length $secret) . $user . $secret);
exit 0 if unpack('N', get(4)) == 0;
print get(unpack 'N', get(4)), "\n";
exit 1;
