#!/usr/bin/perl
# SPDX-License-Identifier: LGPL-2.1-or-later
# Subscribes to the caller's own tokens, and prints a line for each signal of patd.
#
# usage: subscriber.pl [SIGNALS]
#
# Prints "subscribed" first; exits after SIGNALS signals.  Its match rule is for all signals, so
# that it prints whatever it receives.
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
	# Sent at most once a second, at any time: tested in tests/bus.
	return 0 if $message->get_member eq 'HistoryChanged';
	print $message->get_member, " $path\n";
	exit 0 if $wanted && --$wanted == 0;
	return 0;
});
my $manager = $bus->get_service('org.patd.Tokens1')
	->get_object('/org/patd/Tokens1', 'org.patd.Tokens1.Manager');
$manager->Subscribe({});
print "subscribed\n";
Net::DBus::Reactor->main->run;
