import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test from 'ava';
import type { ChainPair } from '../../../../facts/derived/chain/input.ts';
import { eswitchRepresentors } from '../../../../facts/derived/chain/representors.ts';
import { devlink } from '../../../../facts/devlink.ts';
import { parseFact } from '../../../../facts/fact.ts';
import type { Netdev } from '../../../../facts/netdevs.ts';
import {
  chainOfPod,
  devlinkPort,
  had,
  healthyPair,
  known,
  linkOf,
  NO_DEVLINK,
  pairOf,
  SWITCH,
  withDpu,
  withHost,
} from '../../../helpers/chain-input.ts';
import { aNetdev, withLink, withNetdev } from '../../../helpers/node-facts.ts';

const MAC = '0c:42:a1:c6:cf:7c';

/** The healthy pair, but that the host's PF at function 0 is PF 1 of the eswitch, as its MAC address shows. */
function crossed(): ChainPair {
  const pair = healthyPair();
  const renumber = (netdev: Netdev): Netdev => ({
    ...netdev,
    physPortName: netdev.physPortName?.replace('c1pf0', 'c1pf1'),
  });
  const own = had(pair.dpu?.facts.netdevs);
  const netdevs = new Map([...own].map(([name, netdev]) => [name, renumber(netdev)]));
  for (const vf of [1, 2]) {
    const name = `other${vf}`;
    netdevs.set(name, aNetdev(name, '0000:03:00.1', { physPortName: `c1pf0vf${vf}`, physSwitchId: SWITCH }));
  }
  const ports = [
    devlinkPort('pf0hpf', { flavour: 'pcipf', pfNumber: 1, functionMac: MAC }),
    devlinkPort('other', { flavour: 'pcipf', pfNumber: 0, functionMac: '0c:42:a1:c6:cf:7d' }),
  ];
  return withHost(withDpu(pair, { netdevs: known(netdevs), devlink: known({ ...NO_DEVLINK, ports }) }), {
    links: known(withLink(had(pair.host.facts.links), 'eth0', { mac: MAC.toUpperCase() })),
  });
}

test('a PF is known on the eswitch by its MAC address, whatever its PCI function number is', (t) => {
  const chain = chainOfPod(pairOf(crossed()), 'pod1');
  const link = linkOf(chain, 'representor');
  t.is(link.name, 'pf0vf1');
  t.is(link.state, 'broken');
  t.regex(link.ground, /OVN-Kubernetes takes other1 by pfId 0 and vfId 1, but .*MAC address of eth0/);
  t.regex(link.evidence.map(({ said }) => said).join(), /hw_addr 0c:42:a1:c6:cf:7c/);
});

test('a bonded PF is known by the address that the hardware came with', (t) => {
  const pair = withHost(crossed(), {
    links: known(
      withLink(had(healthyPair().host.facts.links), 'eth0', {
        mac: '02:00:00:00:00:99',
        permanentMac: MAC,
      }),
    ),
  });
  t.regex(linkOf(chainOfPod(pairOf(pair), 'pod1'), 'representor').ground, /MAC address of eth0/);
});

test('the MAC addresses of VFs tell where those of PFs do not', (t) => {
  const pair = healthyPair();
  const ports = [devlinkPort('pf0vf1', { vfNumber: 1, functionMac: '0a:58:0a:f4:01:05' })];
  const links = withLink(had(pair.host.facts.links), 'eth0', {
    vfs: [{ vf: 1, mac: '0a:58:0a:f4:01:05' }],
  });
  const netdevs = withNetdev(had(pair.host.facts.netdevs), 'eth0', { physPortName: undefined });
  const seen = withHost(withDpu(pair, { devlink: known({ ...NO_DEVLINK, ports }) }), {
    links: known(links),
    netdevs: known(netdevs),
  });
  t.regex(linkOf(chainOfPod(pairOf(seen), 'pod1'), 'representor').ground, /MAC address of VF 1 of eth0/);
});

test('one PF on either side needs nothing more', (t) => {
  const pair = healthyPair();
  const netdevs = withNetdev(had(pair.host.facts.netdevs), 'eth0', { physPortName: undefined });
  const chain = chainOfPod(pairOf(withHost(pair, { netdevs: known(netdevs) })), 'pod1');
  t.regex(linkOf(chain, 'representor').ground, /the host has one PF with VFs/);
});

test('the name of a network device and its place count for nothing', (t) => {
  const pair = healthyPair();
  const own = had(pair.dpu?.facts.netdevs);
  const swapped = new Map([...own].reverse());
  swapped.set('pf0vf1', { ...aNetdev('pf0vf1', undefined), physPortName: 'c1pf0vf2', physSwitchId: SWITCH });
  swapped.set('pf0vf2', { ...aNetdev('pf0vf2', undefined), physPortName: 'c1pf0vf1', physSwitchId: SWITCH });
  const chain = chainOfPod(pairOf(withDpu(pair, { netdevs: known(swapped) })), 'pod1');
  t.is(linkOf(chain, 'representor').name, 'pf0vf2');
  t.is(chain.fault?.kind, 'ovs-port');
});

test("devlink's attributes go before the phys_port_name", (t) => {
  const pair = healthyPair();
  const ports = [devlinkPort('pf0vf1', { vfNumber: 2 }), devlinkPort('pf0vf2', { vfNumber: 1 })];
  const chain = chainOfPod(pairOf(withDpu(pair, { devlink: known({ ...NO_DEVLINK, ports }) })), 'pod1');
  t.is(linkOf(chain, 'representor').name, 'pf0vf2');
});

/* The form in which iproute2 prints ports of an external controller, written by hand: one with an address, one without. */
const DEVLINK =
  '{"port":{"pci/0000:06:00.0/2":{"type":"eth","netdev":"ens2f0c1pf0vf1","flavour":"pcivf","controller":1,"pfnum":0,"vfnum":1,"external":true,"splittable":false,"function":{"hw_addr":"00:11:22:33:44:66"}},"pci/0000:06:00.0/3":{"type":"eth","netdev":"x","flavour":"pcivf","controller":1,"pfnum":0,"vfnum":2,"external":true,"function":{"hw_addr":"00:00:00:00:00:00"}}}}';

test('the MAC address of the function is read from devlink, and one that nobody has set is none', (t) => {
  const answer = { command: 'devlink', exitCode: 0, stderr: '' };
  const outcome = parseFact(devlink, {
    ports: { ...answer, stdout: DEVLINK },
    eswitches: { ...answer, stdout: '' },
  });
  t.deepEqual(
    had(outcome).ports.map(({ netdev, functionMac }) => [netdev, functionMac]),
    [
      ['ens2f0c1pf0vf1', '00:11:22:33:44:66'],
      ['x', undefined],
    ],
  );
});

const SAMPLE = resolve(
  import.meta.dirname,
  '../../../../../shared/samples/094-sysfs-fixture-bluefield-reps.json',
);

/** The representors of sriovnet's own tests: of a host (c1pf0vf1) and of the DPU itself (pf0vf1), and two that are neither. */
const LISTED = [
  ['eth0', 'c1pf0'],
  ['eth2', 'c1pf0vf1'],
  ['eth3', 'c1pf0vf2'],
  ['eth4', 'pf0vf1'],
  ['eth5', 'pf0vf2'],
  ['eth1', 'pf0sf1'],
  ['broken', ''],
  ['broken2', 'invalid'],
] as const;

function listed(): readonly (readonly [string, string])[] {
  if (!existsSync(SAMPLE)) return LISTED;
  const { representors } = JSON.parse(readFileSync(SAMPLE, 'utf8')) as {
    representors: { name: string; phys_port_name: string }[];
  };
  return representors.map(({ name, phys_port_name }) => [name, phys_port_name]);
}

test("of a DPU with VFs of its own, only the host's representors are taken", (t) => {
  const netdevs = new Map(
    listed().map(([name, physPortName]) => [
      name,
      aNetdev(name, '0000:03:00.0', { physPortName, physSwitchId: SWITCH }),
    ]),
  );
  const dpu = withDpu(healthyPair(), { netdevs: known(netdevs) }).dpu;
  if (dpu === undefined) throw new Error('no DPU');
  const { vfs, pfs } = had(eswitchRepresentors(dpu.facts, false));
  t.deepEqual(
    vfs.map(({ name, controller, pf, vf }) => [name, controller, pf, vf]),
    [
      ['eth2', 1, 0, 1],
      ['eth3', 1, 0, 2],
    ],
  );
  t.deepEqual(
    pfs.map(({ name }) => name),
    ['eth0'],
  );
});
