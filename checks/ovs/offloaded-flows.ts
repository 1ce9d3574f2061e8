import { isFunctionRepresentor } from '../../facts/derived/dpu-ports.ts';
import { isOffloaded, type OffloadProof, offloadProofs } from '../../facts/derived/offload-proof.ts';
import { type Evidence, evidence, excerpt } from '../../facts/fact.ts';
import type { Flow } from '../../facts/flows.ts';
import { defineCheck, notApplicable, undetermined, verdictOf } from '../define.ts';
import { NO_OVS } from './common.ts';

const CODES = { software: 'IN_SOFTWARE', partly: 'PARTLY', 'no-packets': 'NO_PACKETS' } as const;

const DUMP = 'ovs-appctl dpctl/dump-flows -m --names';

export const offloadedFlows = defineCheck({
  id: 'ovs/offloaded-flows',
  title: "the pods' traffic is forwarded by the hardware",
  description: 'It is what the DPU is for. Only flows that the hardware counts packets in are proof.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'offload'],
  covers: ['A63'],
  after: ['ovs/hw-offload-in-force', 'ovs/ingress-qdiscs', 'sriov/hw-tc-offload'],
  requires: ['datapath', 'links', 'netdevs', 'ovs'],
  hardware: true,
  messages: {
    IN_SOFTWARE: {
      text: 'the traffic from {port} is not offloaded',
      cause:
        'The eswitch is not in switchdev mode, hw-tc-offload is off on the representor or uplink, or driver and kernel lack an action that the flow needs.',
      remedy:
        'Look why: grep "failed to offload flow" /var/log/openvswitch/ovs-vswitchd.log; ethtool -k {port} | grep hw-tc-offload; tc -s filter show dev {port} ingress',
    },
    PARTLY: {
      text: 'most packets from {port} are forwarded in software',
      cause: 'Some of the flows use an action that the hardware does not take.',
      remedy:
        'Look which: ovs-appctl dpctl/dump-flows -m --names type=non-offloaded; grep "failed to offload flow" /var/log/openvswitch/ovs-vswitchd.log',
      level: 'warn',
    },
    NO_PACKETS: {
      text: 'flows from {port} are marked as offloaded, and the hardware has forwarded no packet of them',
      cause:
        'The hardware does not take what connection tracking asks for in this version of kernel and driver.',
      remedy:
        'Upgrade kernel and firmware, and compare with TCP traffic: ovs-appctl dpctl/dump-flows -m --names type=offloaded',
      level: 'warn',
    },
  },
  docs: ['seed A L393-396', 'https://github.com/ovn-kubernetes/ovn-kubernetes/issues/3835'],
  judge({ facts: { datapath, links, netdevs, ovs }, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    // rtnetlink has a kind for everything that is made in software, and none for hardware; netdevsim takes flows as hardware.
    const kindOf = (port: string): string | undefined =>
      links.find(({ name, kind }) => name === port && kind !== 'netdevsim')?.kind;
    const all = offloadProofs(datapath.flows, (port) => isFunctionRepresentor(port, netdevs.get(port)));
    const proofs = all.filter(({ port }) => kindOf(port) === undefined);
    const seen = evidence(
      DUMP,
      `${datapath.flows.length} flows${datapath.cut ? ', and more that were not read' : ''}`,
    );
    const findings = proofs.flatMap(({ port, verdict, flows }) => {
      if (verdict === 'offloaded' || verdict === 'unsure' || datapath.cut) return [];
      const said = sample(flows);
      const about = {
        subject: port,
        args: { port },
        observed: said.said,
        expected: 'offloaded:yes with packets counted',
        evidence: [said],
      };
      return [report(CODES[verdict], about)];
    });
    const proven = proofs.filter(({ verdict }) => verdict === 'offloaded');
    if (findings.length > 0) return verdictOf(findings, [seen, ...proven.map(proof)]);
    if (proven.length > 0) return verdictOf([], [seen, ...proven.map(proof)], noteOn(proofs));
    const [standIn] = all.filter(({ verdict }) => verdict !== 'unsure');
    if (proofs.length === 0 && standIn !== undefined && !datapath.cut)
      return notApplicable(
        `simulated: ${standIn.port} is a device of kind ${kindOf(standIn.port)}, which is no hardware`,
        [seen, sample(standIn.flows)],
      );
    const idle = 'no pod sends enough TCP or UDP through a representor at this moment to tell';
    if (!datapath.cut) return notApplicable(idle, [seen, ...proofs.map(({ flows }) => sample(flows))]);
    return undetermined(
      `there are more flows than are read, and none of the first ${datapath.flows.length} proves offload`,
      `Send TCP between pods of two nodes for some seconds, and look meanwhile: ${DUMP} type=offloaded`,
      [seen],
    );
  },
});

const line = ({ inPort, ipProtocol, packets, offloaded, layer }: Flow): string =>
  `in_port(${inPort}), proto ${ipProtocol ?? 'any'}, packets:${packets}, ${offloaded ? `offloaded:${offloaded}` : 'no offloaded field'}, dp:${layer ?? 'unknown'}`;

const sample = (flows: readonly Flow[]): Evidence => {
  const busiest = [...flows].sort((a, b) => b.packets - a.packets).slice(0, 3);
  return evidence(DUMP, excerpt(busiest.map(line).join('; ')));
};

const proof = ({ flows }: OffloadProof): Evidence => sample(flows.filter(isOffloaded));

const noteOn = (proofs: readonly OffloadProof[]): string => {
  const unsure = proofs.filter(({ verdict }) => verdict === 'unsure').map(({ port }) => port);
  return unsure.length === 0
    ? 'every representor with traffic'
    : `nothing can be told about ${unsure.join(', ')}`;
};
