import {
  isHostPfRepresentor,
  isSimulatedGateway,
  isSimulatedRepresentor,
} from '../../facts/derived/dpu-ports.ts';
import { externalBridge, joinedBridges } from '../../facts/derived/ovs-topology.ts';
import type { Process } from '../../facts/processes.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { portsOf } from './common.ts';

export const hostRepresentorPort = defineCheck({
  id: 'ovs/host-representor-port',
  title: "the representor of the host's PF is a port of the bridge to the outside",
  description: 'It is the way of the host itself to the network.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'gateway', 'representors'],
  covers: ['A34'],
  after: ['ovs/external-bridge'],
  requires: ['netdevs', 'ovs', 'processes'],
  expects: ['external-bridge'],
  messages: {
    NOT_ATTACHED: {
      text: 'dpu host interface was not found for bridge "{bridge}"',
      cause:
        "The representor of the host's PF was not attached, or is gone: then the DPU is not in DPU mode.",
      remedy: 'ovs-vsctl add-port {bridge} {representor}',
      source: 'OVN-Kubernetes; seed A L124',
    },
    SIMULATED_NOT_ATTACHED: {
      text: 'simulated DPU host representor was not found for bridge "{bridge}"',
      cause: "The representor of the host's gateway interface, of function 0, was not attached.",
      remedy: 'ovs-vsctl add-port {bridge} {representor}',
      source: 'OVN-Kubernetes, --simulate-dpu',
      level: 'warn',
    },
  },
  docs: ['seed A L119-134'],
  judge({ facts: { netdevs, ovs, processes }, expected, subject, report }) {
    const bridge = externalBridge(ovs, expected['external-bridge']?.value)?.bridge;
    if (bridge === undefined) return notApplicable('there is no bridge to the outside');
    const bridges = joinedBridges(ovs, bridge);
    const simulated = subject.simulation !== undefined;
    // Only then OVN-Kubernetes looks for one. In the software testbed, VF 0 is in its place: tap/vf0-in-ovs.
    if (simulated && (subject.simulation === 'tap' || !simulatesDpu(processes)))
      return notApplicable('no ovnkube runs on this simulated DPU with --simulate-dpu', bridges.map(portsOf));
    const isIt = (name: string): boolean =>
      isHostPfRepresentor(name, netdevs.get(name)) || (simulated && isSimulatedRepresentor(name));
    const names = bridges.flatMap(({ ports }) =>
      ports.flatMap((port) => port.interfaces.map(({ name }) => name)),
    );
    const said = bridges.map(portsOf);
    if (names.some(isIt)) return verdictOf([], said);
    const gateway = simulated ? isSimulatedGateway : isIt;
    const representor = [...netdevs.keys()].find(gateway) ?? (simulated ? 'rep0-0' : 'pf0hpf');
    const about = {
      observed: said.map(({ said: ports }) => ports).join('; '),
      expected: representor,
      evidence: said,
    };
    const args = { bridge: bridge.name, representor };
    const code = simulated ? 'SIMULATED_NOT_ATTACHED' : 'NOT_ATTACHED';
    return verdictOf([report(code, { subject: representor, args, ...about })], said);
  },
});

const simulatesDpu = (processes: readonly Process[]): boolean =>
  processes.some(
    ({ name, args }) => name === 'ovnkube' && args.some((arg) => /^--?simulate-dpu(=true)?$/.test(arg)),
  );
