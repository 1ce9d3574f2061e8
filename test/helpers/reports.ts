import type { Finding } from '../../checks/define.ts';
import { completeReport } from '../../runner/complete-report.ts';
import type { Report, Result, TargetReport } from '../../runner/report.ts';

/** Reports made by hand, for reporters: the texts are the documents', the nodes are not real. */

export function aResult(given: Partial<Result> & Pick<Result, 'checkId'>): Result {
  return {
    title: `the title of ${given.checkId}`,
    group: given.checkId.split('/')[0] ?? '',
    target: 'host1',
    verdict: 'pass',
    findings: [],
    evidence: [{ source: '/sys/class/net', said: 'eth0 eth1' }],
    durationMs: 1.5,
    severity: 'error',
    covers: ['G5'],
    docs: ['seed G L97-L102'],
    tags: ['gateway'],
    ...given,
  };
}

export function aFinding(given: Partial<Finding> = {}): Finding {
  return {
    code: 'NO_NETDEVS',
    message: 'no netdevs found for pci address 0000:01:00.0',
    level: 'fail',
    subject: '0000:01:00.0',
    observed: '/sys/bus/pci/devices/0000:01:00.0/net is empty',
    expected: 'at least one network device',
    cause: "The PF PCI address doesn't have any associated network devices.",
    remedy:
      'Verify that the PF has network interfaces configured and are visible to the system: ls /sys/bus/pci/devices/0000:01:00.0/net',
    evidence: [{ source: 'ls /sys/bus/pci/devices/0000:01:00.0/net', said: '' }],
    ...given,
  };
}

export const aTarget = (given: Partial<TargetReport> = {}): TargetReport => ({
  name: 'host1',
  uri: 'ssh://root@192.0.2.7:22',
  role: 'dpu-host',
  roleGround: 'ovnkube (process 812) runs with --ovnkube-node-mode=dpu-host',
  ...given,
});

export function aReport(given: Partial<Omit<Report, 'format' | 'summary' | 'exitCode'>> = {}): Report {
  return completeReport({
    tool: { name: 'dpu-doctor', version: '0.1.0' },
    startedAt: '2026-08-20T10:00:00.000Z',
    finishedAt: '2026-08-20T10:00:01.420Z',
    durationMs: 1420,
    suite: 'node',
    targets: [aTarget()],
    results: [aResult({ checkId: 'gateway/pf-netdevs' })],
    ...given,
  });
}

const skipped = (checkId: string, target: string, reason: string): Result =>
  aResult({ checkId, target, verdict: 'skip', reasonCode: 'not-applicable', reason, evidence: [] });

/** A pair and a node that is down, with every verdict and every way of folding. */
export function brokenReport(): Report {
  const targets = [
    aTarget({ pair: 'dpu1', facts: [{ name: 'pci', outcome: 'ok', durationMs: 3.25 }] }),
    aTarget({
      name: 'dpu1',
      uri: 'ssh://root@192.0.2.8:22',
      role: 'dpu',
      roleGround: 'pf0hpf is a representor of the host (phys_port_name pf0)',
      pair: 'host1',
      simulation: 'veth',
    }),
    {
      name: 'host2',
      uri: 'ssh://root@192.0.2.9:22',
      roleGround: 'unknown',
      failure: {
        code: 'unreachable',
        message: 'connect ECONNREFUSED 192.0.2.9:22',
        hint: 'Is sshd running?',
      },
    },
  ];
  return aReport({
    targets,
    results: [...hostResults(), ...dpuResults(), ...downResults()],
    notPlanned: [
      { reason: 'not for the role dpu', count: 3 },
      { reason: 'only for tap testbeds', count: 2 },
    ],
  });
}

function hostResults(): Result[] {
  return [
    aResult({ checkId: 'gateway/mode', title: 'ovnkube runs in DPU host mode' }),
    aResult({
      checkId: 'gateway/pf-netdevs',
      title: 'the PF has a network device',
      verdict: 'fail',
      findings: [aFinding()],
    }),
    aResult({
      checkId: 'gateway/first-netdev',
      title: 'the first network device is the uplink',
      verdict: 'blocked',
      blockedBy: ['gateway/pf-netdevs'],
      reasonCode: 'blocked',
      reason: 'gateway/pf-netdevs did not pass',
      evidence: [],
    }),
    aResult({
      checkId: 'gateway/choice',
      title: 'one interface is chosen',
      verdict: 'blocked',
      blockedBy: ['gateway/first-netdev'],
      reasonCode: 'blocked',
      reason: 'gateway/first-netdev did not pass',
      evidence: [],
    }),
    aResult({ checkId: 'sriov/numvfs', title: 'the PF has VFs', note: 'enp1s0f0np0 has 4 VFs of 16' }),
    aResult({
      checkId: 'sriov/physfn-links',
      title: 'every VF links back to its PF',
      verdict: 'fail',
      findings: ['0000:01:00.2', '0000:01:00.3'].map((vf) =>
        aFinding({
          code: 'PHYSFN_MISSING',
          message: `VF ${vf} has no physfn link`,
          subject: vf,
          observed: 'no link',
          expected: '../0000:01:00.0',
          cause: 'The kernel shows a physfn link on every VF whose PF it manages.',
          remedy: `Look at the link: ls -l /sys/bus/pci/devices/${vf}/physfn`,
          evidence: [{ source: `/sys/bus/pci/devices/${vf}/physfn`, said: 'does not exist' }],
        }),
      ),
    }),
    aResult({
      checkId: 'system/mtu',
      title: 'the PF takes jumbo frames',
      severity: 'warning',
      verdict: 'warn',
      findings: [
        aFinding({
          code: 'MTU_SMALL',
          level: 'warn',
          message: 'enp1s0f0np0 has an MTU of 1500',
          observed: '1500',
          expected: '9000',
          cause: 'Geneve needs room.',
          remedy: 'ip link set enp1s0f0np0 mtu 9000',
          evidence: [
            {
              source: 'ip -j link',
              said: '[{"ifname":"enp1s0f0np0","mtu":1500}]\n[{"ifname":"enp1s0f1np1","mtu":9000}]',
            },
          ],
        }),
      ],
    }),
  ];
}

function dpuResults(): Result[] {
  const noOvs: Partial<Result> = {
    target: 'dpu1',
    verdict: 'error',
    reasonCode: 'missing-program',
    reason: 'ovs-vsctl is not installed on the node',
    remedy: 'Install ovs-vsctl, or leave out the checks that need it.',
    evidence: [
      { source: 'ovs-vsctl --format=json show', said: 'exit code 127: sh: 1: ovs-vsctl: not found' },
    ],
  };
  const simulated = 'simulated: dpu1 has veth pairs in place of VFs, and this check asks for hardware';
  return [
    aResult({ checkId: 'ovs/bridges', title: 'the bridges exist', ...noOvs }),
    aResult({ checkId: 'ovs/offload', title: 'hardware offload is set', ...noOvs }),
    skipped('sriov/eswitch', 'dpu1', simulated),
    skipped('sriov/drivers', 'dpu1', simulated),
    skipped('system/kubelet', 'dpu1', 'kubelet does not run here'),
    aResult({
      checkId: 'testbed/vf0',
      title: 'VF 0 answers',
      target: 'dpu1',
      verdict: 'skip',
      expectedGap: true,
      reasonCode: 'expected-gap',
      reason: 'VF 0 is not plumbed (seed S L60)',
    }),
    aResult({
      checkId: 'pairs/wiring',
      title: 'every VF reaches its representor',
      target: 'host1',
      pair: { host: 'host1', dpu: 'dpu1' },
      verdict: 'blocked',
      blockedBy: ['ovs/bridges'],
      reasonCode: 'blocked',
      reason: 'ovs/bridges did not pass',
      evidence: [],
    }),
  ];
}

const downResults = (): Result[] => [
  aResult({
    checkId: 'target/reachable',
    title: 'the node can be examined',
    target: 'host2',
    verdict: 'error',
    reasonCode: 'unreachable',
    reason: 'connect ECONNREFUSED 192.0.2.9:22',
    remedy: 'Is sshd running?',
    evidence: [{ source: 'ssh://root@192.0.2.9:22', said: 'connect ECONNREFUSED 192.0.2.9:22' }],
    durationMs: 20,
    docs: [],
    covers: [],
    tags: [],
  }),
];

export const healthyReport = (): Report =>
  aReport({
    results: [
      aResult({ checkId: 'gateway/mode', title: 'ovnkube runs in DPU host mode' }),
      aResult({ checkId: 'gateway/pf-netdevs', title: 'the PF has a network device' }),
      aResult({
        checkId: 'gateway/choice',
        title: 'one interface is chosen',
        note: 'enp1s0f0np0 would be the gateway interface',
      }),
      aResult({ checkId: 'sriov/numvfs', title: 'the PF has VFs' }),
      skipped('ovs/bridges', 'host1', 'Open vSwitch does not run on this node'),
    ],
  });
