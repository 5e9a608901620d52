#!/usr/bin/perl
# Starts what a unit's ExecStart says, as its user, and stands in for systemd: hears what it tells
# its notify socket, reloads it, stops it. Perl, since it is in every Debian and has Unix datagrams.
#   perl try-service.pl <unit file>
use strict;
use warnings;
use Socket qw(AF_UNIX SOCK_DGRAM sockaddr_un);

my ($unit) = @ARGV;
open(my $file, "<", $unit) or die "$unit: $!\n";
my (%unit, @environment);
while (my $line = <$file>) {
  my ($key, $value) = $line =~ /^(\w+)=(.*)$/ or next;
  if ($key eq "Environment") { push @environment, split(/ /, $value) }
  else { $unit{$key} = $value }
}
my ($name, undef, $uid, $gid) = getpwnam($unit{User}) or die "there is no user $unit{User}\n";
my $state = "/var/lib/$unit{StateDirectory}";
mkdir $state, 0700;
chown $uid, $gid, $state;

my $address = "/run/try-service.sock";
unlink $address;
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!\n";
bind($socket, sockaddr_un($address)) or die "bind: $!\n";
chmod 0666, $address;

my $pid = fork() // die "fork: $!\n";
if ($pid == 0) {
  my @groups = map { (getgrnam($_))[2] } split(/ /, $unit{SupplementaryGroups} // "");
  $) = join(" ", $gid, $gid, @groups);
  $( = $gid;
  $< = $> = $uid;
  %ENV = (PATH => "/usr/bin:/bin", NOTIFY_SOCKET => $address, WATCHDOG_USEC => 2_000_000);
  # Whatever else this machine runs.
  $ENV{BOLLARD_HTTP_PORT} = 0;
  for (@environment) { my ($key, $value) = split(/=/, $_, 2); $ENV{$key} = $value }
  chdir "/";
  exec split(/ /, $unit{ExecStart});
  die "exec: $!\n";
}

$SIG{ALRM} = sub { kill "KILL", $pid; die "it told nothing more for 60 s\n" };
# Waits until it tells this.
sub told {
  my ($what) = @_;
  while (1) {
    alarm 60;
    recv($socket, my $text, 4096, 0) // die "recv: $!\n";
    print map { "  $_\n" } grep { !/^(BARRIER|FDSTORE)/ } split(/\n/, $text);
    return if $text =~ /^\Q$what\E/m;
  }
}

told("READY=1");
told("WATCHDOG=1");
kill "HUP", $pid;
told("STATUS=");
told("WATCHDOG=1");
kill "TERM", $pid;
told("STOPPING=1");
alarm 10;
# systemd-notify waits until its barrier was heard.
recv($socket, my $barrier, 4096, 0);
waitpid($pid, 0);
die "it ended with code " . ($? >> 8) . " and signal " . ($? & 127) . "\n" if $? != 0;
print "ready, fed the watchdog, reloaded, stopped in order\n";
