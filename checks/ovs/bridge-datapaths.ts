import {
  externalBridge,
  integrationBridge,
  joinedBridges,
  patchPairs,
} from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import type { Bridge } from '../../facts/ovs.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { NO_OVS } from './common.ts';

export const bridgeDatapaths = defineCheck({
  id: 'ovs/bridge-datapaths',
  title: "OVN's bridges have a datapath, and it is the same one",
  description: 'A bridge in the database forwards nothing until ovs-vswitchd could make it in its datapath.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu', 'control-plane', 'worker'],
  tags: ['ovs', 'ovn'],
  covers: ['A64'],
  after: ['ovs/daemons'],
  requires: ['links', 'ovs'],
  expects: ['external-bridge'],
  messages: {
    DIFFER: {
      text: 'patch ports join bridges of different datapath types: {inner} is {innerType}, {outer} is {outerType}',
      cause: 'Patch ports join bridges of one datapath type only (ovs-vswitchd.conf.db(5)).',
      remedy: 'ovs-vsctl set Bridge {wrong} datapath_type={wanted}',
    },
    NOT_MADE: {
      text: 'bridge {bridge} of datapath type {type} has no network device',
      cause:
        'ovs-vswitchd could not make it: for its datapath type a kernel module or DPDK is missing; or its device is in another network namespace.',
      remedy:
        'Look why: grep -E "failed to (create|open)" /var/log/openvswitch/ovs-vswitchd.log | tail; for the type system: sudo modprobe openvswitch',
    },
  },
  docs: ['seed A L414-416', 'ovs-vswitchd.conf.db(5)'],
  judge({ facts: { links, ovs }, expected, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    const outer = externalBridge(ovs, expected['external-bridge']?.value)?.bridge;
    const inner = integrationBridge(ovs);
    const bridges = [...(inner ? [inner] : []), ...(outer ? joinedBridges(ovs, outer) : [])];
    if (bridges.length === 0) return notApplicable('there is no bridge of OVN on this node');
    const said = bridges.map(typeOf);
    const differing = patchPairs(ovs)
      .map((pair) => [pair.inner.bridge, pair.outer.bridge] as const)
      .filter(([a, b]) => a.datapathType !== b.datapathType);
    const differ = differing.slice(0, 1).map(([a, b]) => {
      // ovn-controller(8): the type that it gives the integration bridge.
      const wanted = ovs.openVSwitch.externalIds.get('ovn-bridge-datapath-type') || a.datapathType;
      const wrong = (a.datapathType === wanted ? b : a).name;
      const types = { inner: a.name, innerType: a.datapathType, outer: b.name, outerType: b.datapathType };
      return report('DIFFER', {
        subject: wrong,
        args: { ...types, wrong, wanted },
        observed: `${a.datapathType} and ${b.datapathType}`,
        expected: wanted,
        evidence: [typeOf(a), typeOf(b)],
      });
    });
    // A type that is wrong is also one that often can't be made: said once.
    const unmade = bridges.filter(
      ({ name }) =>
        !links.some((link) => link.name === name) && !differing.flat().some((one) => one.name === name),
    );
    const missing = unmade.map((bridge) => {
      const shown = evidence(`ip link show ${bridge.name}`, `Device "${bridge.name}" does not exist.`);
      const args = { bridge: bridge.name, type: bridge.datapathType };
      const about = {
        subject: bridge.name,
        observed: shown.said,
        expected: `a network device ${bridge.name}`,
      };
      return report('NOT_MADE', { ...about, args, evidence: [shown, typeOf(bridge)] });
    });
    return verdictOf([...differ, ...missing], said);
  },
});

const typeOf = ({ name, datapathType }: Bridge) =>
  evidence(`ovs-vsctl get Bridge ${name} datapath_type`, datapathType);
