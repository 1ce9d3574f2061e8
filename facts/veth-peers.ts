import { defineFact, succeeded } from './fact.ts';
import { shell } from './sources.ts';

/** What the kernel says of the other end of a veth device, looked up in the namespace that holds it. */
export type VethPeer =
  | { readonly kind: 'found'; readonly name: string; readonly index: number; readonly mac: string }
  /** An errno(3) of the request: 1 or 13 where the right is missing, 19 where the device is gone. */
  | { readonly kind: 'refused'; readonly errno: number };

/*
 * An interface index tells a device only within its namespace, and two namespaces count alike. iproute2 shows no more
 * than the index and a namespace id of the node's own; the kernel tells more: RTM_GETLINK with IFLA_TARGET_NETNSID
 * (46, since Linux 4.15) describes the device that has this index in that namespace. A kernel that doesn't know the
 * attribute answers for its own namespace and leaves the attribute out.
 */
const PERL = `use strict; use Socket;
alarm 10;
socket(my $s, 16, SOCK_RAW, 0) or die "netlink: $!\\n";
my $seq = 0;
sub ask {
  my ($flags, $index, $attributes, $take) = @_;
  my $body = pack("CxSlLL", 0, 0, $index, 0, 0) . $attributes;
  defined send($s, pack("LSSLL", 16 + length $body, 18, $flags, ++$seq, 0) . $body, 0) or die "netlink: $!\\n";
  while (1) {
    defined recv($s, my $b, 1 << 20, 0) or die "netlink: $!\\n";
    for (my $o = 0; $o + 16 <= length $b;) {
      my ($l, $t, $f, $q) = unpack("LSSL", substr($b, $o, 16));
      return if $l < 16;
      if ($q == $seq) {
        return if $t == 3;
        return -unpack("l", substr($b, $o + 16, 4)) if $t == 2;
        my ($i, %a) = unpack("l", substr($b, $o + 20, 4));
        for (my $p = $o + 32; $p + 4 <= $o + $l;) {
          my ($al, $at) = unpack("SS", substr($b, $p, 4));
          last if $al < 4;
          $a{$at & 0x3fff} = substr($b, $p + 4, $al - 4);
          $p += ($al + 3) & ~3;
        }
        $take->($i, \\%a);
        return 0 unless $flags & 0x300;
      }
      $o += ($l + 3) & ~3;
    }
  }
}
my @ends;
ask(0x301, 0, "", sub {
  my ($index, $a) = @_;
  my $name = unpack("Z*", $a->{3} // "");
  push @ends, [$name, unpack("l", $a->{5}), $a->{37}]
    if $name =~ /^(?:(?:eth|rep)\\d+-\\d+|ovn-k8s-mp\\d+)$/ && defined $a->{5} && defined $a->{37};
});
for (@ends) {
  my ($name, $peer, $namespace) = @$_;
  my $error = ask(1, $peer, pack("SS", 8, 46) . $namespace, sub {
    my ($index, $a) = @_;
    return print "$name refused 95\\n" unless defined $a->{46};
    print "$name found $index ", join(":", unpack("(H2)*", $a->{1} // "")), " ", unpack("Z*", $a->{3} // ""), "\\n";
  });
  print "$name refused $error\\n" if $error;
}`;

/** On a node without simulated VFs and representors, nothing is started. */
const SCRIPT = `status=0
for p in /sys/class/net/eth[0-9]*-[0-9]* /sys/class/net/rep[0-9]*-[0-9]*; do
  [ -e "$p" ] || continue
  $as_root perl -e '${PERL}'
  status=$?
  break
done
(exit $status)`;

/** The other ends of the simulated VFs, representors and management ports whose other end is in another namespace. */
export const vethPeers = defineFact({
  title: 'other ends of veth devices',
  sources: {
    peers: shell(
      'other ends of veth devices by RTM_GETLINK with IFLA_TARGET_NETNSID',
      SCRIPT,
      ['perl'],
      [['perl', '-e', PERL]],
    ),
  },
  parse: ({ peers }): ReadonlyMap<string, VethPeer> =>
    new Map(
      succeeded({ ...peers, command: 'perl' })
        .split('\n')
        .flatMap(parseLine),
    ),
});

function parseLine(line: string): [string, VethPeer][] {
  const refused = /^(\S+) refused (\d{1,4})$/.exec(line);
  if (refused !== null) return [[refused[1] ?? '', { kind: 'refused', errno: Number(refused[2]) }]];
  const [, name = '', index, mac = '', peer = ''] =
    /^(\S+) found (\d{1,10}) ((?:[0-9a-f]{2}:)*[0-9a-f]{2}) (\S+)$/.exec(line) ?? [];
  return index === undefined ? [] : [[name, { kind: 'found', name: peer, index: Number(index), mac }]];
}
