#!/usr/bin/perl
# usage: follow.pl [SIGNALS]
#
# Follows the caller's own tokens, and prints a line when it does and one for each signal about
# them; ends after so many.  What it was not sent it cannot print, whatever rules it adds.
use strict;
use warnings;
use Net::DBus;
use Net::DBus::Reactor;

my $wanted = shift // 0;
my $bus = Net::DBus->system;
my $connection = $bus->get_connection;
$| = 1;

$connection->add_match("type='signal'");
$connection->add_filter(sub {
	my ($from, $message) = @_;
	my $path = $message->get_path // '';
	return 0 if $message->get_type != 4 || $path !~ m{^/org/patd/};
	# Comes in its own time, once a second: tests/bus has it.
	return 0 if $message->get_member eq 'HistoryChanged';
	print $message->get_member, " $path\n";
	exit 0 if $wanted && --$wanted == 0;
	return 0;
});
my $manager = $bus->get_service('org.patd.Tokens1')
	->get_object('/org/patd/Tokens1', 'org.patd.Tokens1.Manager');
$manager->Subscribe({});
print "following\n";
Net::DBus::Reactor->main->run;
