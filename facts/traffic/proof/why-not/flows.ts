import { isOffloaded } from '../../../derived/offload-proof.ts';
import { evidence } from '../../../fact.ts';
import type { Flow } from '../../../flows.ts';
import type { Finder } from './reason.ts';

/**
 * What Open vSwitch hands to no TC, by its own sources (lib/netdev-offload-tc.c, parse_netdev_flow_put_action and
 * test_key_and_mask: anything that they don't name is refused with EOPNOTSUPP).
 */
const ACTIONS: readonly (readonly [RegExp, string])[] = [
  [/\bsample\(/, 'packets are sampled (sample): sFlow, IPFIX or a sampling of OVN'],
  [/\buserspace\(/, 'it is sent to ovs-vswitchd for every packet (userspace)'],
  [/\bclone\(/, 'packets are cloned (clone)'],
  [/\btrunc\(/, 'packets are truncated (trunc)'],
  [/\bhash\(/, 'a hash of the packet is computed (hash), as for load balancing and ECMP'],
  [/\bpush_nsh\(|\bpop_nsh\b/, 'it uses NSH'],
  [/\bct\([^)]*\bhelper=/, 'connection tracking has a helper for it (an ALG, such as that of FTP)'],
];

/* Older releases of Open vSwitch, kernels or drivers lack these. */
const SINCE: readonly (readonly [RegExp, string])[] = [
  [/\bmeter\(/, 'its rate is limited (meter), which Open vSwitch offloads since 3.0'],
  [
    /\bcheck_pkt_len\(/,
    "it depends on the packet's length (check_pkt_len), which Open vSwitch offloads since 3.0",
  ],
];

const MATCHES: readonly (readonly [RegExp, string])[] = [
  [/\bdp_hash\((?!0\/0\))/, "it matches the packet's hash (dp_hash), as load balancing does"],
  [/\bskb_mark\((?!0\/0\))/, "it matches the kernel's mark of the packet (skb_mark)"],
  [/\bskb_priority\((?!0\/0\))/, "it matches the packet's priority (skb_priority)"],
  [/\bfrag=(?:first|later|yes)/, 'it is of fragments'],
];

const ICMP = [1, 58];

/** Actions and matches of the connection's own flows that can't be offloaded. */
export const flowsThemselves: Finder = ({ proof }) => {
  const seen = new Set<string>();
  return proof.flows
    .filter((flow) => !isOffloaded(flow))
    .flatMap((flow) =>
      whyNotThis(flow).flatMap((why) => {
        if (seen.has(why)) return [];
        seen.add(why);
        return {
          code: 'FLOW' as const,
          what: why,
          evidence: [
            evidence(
              `${proof.dpu}: ovs-appctl dpctl/dump-flows -m --names`,
              `${flow.match}, dp:${flow.layer ?? 'unknown'}, actions:${flow.actions}`.slice(0, 600),
            ),
          ],
        };
      }),
    );
};

export function whyNotThis({ match, actions, ipProtocol }: Flow): readonly string[] {
  const found = [
    ...[...ACTIONS, ...SINCE].filter(([pattern]) => pattern.test(actions)),
    ...MATCHES.filter(([pattern]) => pattern.test(match)),
  ].map(([, why]) => why);
  // Drivers track connections of TCP and UDP (kernel: nf_flow_table); ICMP has none that they could.
  return ICMP.includes(ipProtocol ?? 0) && actions.includes('ct(')
    ? [...found, 'connection tracking of ICMP is not offloaded']
    : found;
}

/** What the log said while the stream ran. */
export const refused: Finder = ({ proof, direction }) => {
  const lines = direction.refusals ?? [];
  if (lines.length === 0) return [];
  return [
    {
      code: 'REFUSED',
      what: '',
      evidence: lines
        .slice(-3)
        .map((line) => evidence(`${proof.dpu}: /var/log/openvswitch/ovs-vswitchd.log`, line.slice(0, 400))),
    },
  ];
};

/** The same connection the other way is in hardware: what both directions share is not what keeps this one out. */
export const oneDirection: Finder = ({ other }) =>
  other?.verdict !== 'offloaded'
    ? []
    : [
        {
          code: 'ONE_DIRECTION',
          what: other.sender,
          evidence: [evidence(`direction from ${other.sender}`, other.why)],
        },
      ];
