import test from 'ava';
import fc from 'fast-check';
import {
  connectionDetails,
  connectionStatuses,
  DEFAULT_NETWORK,
  DETAILS,
  defaultNetwork,
  NETWORK_STATUS,
  networkStatuses,
  STATUS,
} from '../../../../facts/derived/chain/annotations.ts';
import { attachmentsOf } from '../../../../facts/derived/chain/attachments.ts';
import { LINK_KINDS } from '../../../../facts/derived/chain/chain.ts';
import { chains } from '../../../../facts/derived/chain/index.ts';
import {
  anAttachment,
  aPod,
  devlinkPort,
  had,
  healthyPair,
  known,
  NO_DEVLINK,
  notHad,
  podPort,
  withDpu,
  withHost,
} from '../../../helpers/chain-input.ts';
import { withPort } from '../../../helpers/dpu-facts.ts';
import { VFS, withFunction, withNetdev } from '../../../helpers/node-facts.ts';

const one = (key: string, value: string) => new Map([[key, value]]);

test('connection details are read by network, in the form of today and of old releases', (t) => {
  const details = { pfId: '0', vfId: '3', sandboxId: '35b82dbe2c39' };
  const read = { ...details, vfNetdevName: undefined };
  const today = connectionDetails(one(DETAILS, JSON.stringify({ default: details, 'ns/net/1': details })));
  t.deepEqual(today.kind === 'read' && [...today.value], [
    ['default', read],
    ['ns/net/1', read],
  ]);
  const legacy = connectionDetails(one(DETAILS, JSON.stringify(details)));
  t.deepEqual(legacy.kind === 'read' && [...legacy.value], [['default', read]]);
  t.is(connectionDetails(new Map()).kind, 'absent');
});

test('a connection status may be in small letters, as the comment in OVN-Kubernetes has it', (t) => {
  for (const text of ['{"default":{"Status":"Ready"}}', '{"default":{"status":"Ready","reason":""}}']) {
    const status = connectionStatuses(one(STATUS, text));
    t.deepEqual(status.kind === 'read' && status.value.get('default'), {
      status: 'Ready',
      reason: undefined,
    });
  }
});

test('an annotation that can not be read is not taken for an absent one', (t) => {
  const texts = [
    '',
    'null-',
    '{"default":{"pfId":0,"vfId":3}}',
    '{"default":"x"}',
    `"${'x'.repeat(300_000)}"`,
  ];
  for (const text of texts) t.is(connectionDetails(one(DETAILS, text)).kind, 'unreadable', text.slice(0, 40));
  t.is(networkStatuses(one(NETWORK_STATUS, '{}')).kind, 'unreadable');
});

test('the default network is read in each form that Multus takes', (t) => {
  const at = (text: string) => defaultNetwork(one(DEFAULT_NETWORK, text));
  t.deepEqual(at('default'), { namespace: 'kube-system', name: 'default' });
  t.deepEqual(at('ovn/primary@eth0'), { namespace: 'ovn', name: 'primary' });
  t.deepEqual(at('[{"name":"n","namespace":"ovn"}]'), { namespace: 'ovn', name: 'n' });
  t.is(at(' '), undefined);
  t.is(defaultNetwork(new Map()), undefined);
});

test('a network that a pod uses twice has two devices', (t) => {
  const details = { pfId: '0', vfId: '3', sandboxId: 's' };
  const status = (address: string) => ({
    name: 'ns/net',
    'device-info': { pci: { 'pci-address': address } },
  });
  const annotations = new Map([
    [DETAILS, JSON.stringify({ 'ns/net': details, 'ns/net/1': details })],
    [NETWORK_STATUS, JSON.stringify([status(VFS[1]), status(VFS[2])])],
  ]);
  t.deepEqual(
    attachmentsOf(aPod(1, { annotations })).map(({ network, ifaceId, multus }) => [
      network,
      ifaceId,
      multus.kind === 'read' ? multus.value.pciAddress : multus.kind,
    ]),
    [
      ['default', 'default_pod1', 'absent'],
      ['ns/net', 'ns.net_default_pod1', VFS[1]],
      ['ns/net/1', 'ns.net.1_default_pod1', VFS[2]],
    ],
  );
});

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.json({ maxDepth: 3 }),
  fc.constantFrom('__proto__', 'default', 'ns/net', '0', '1', VFS[1], '{"default":{"pfId":"0","vfId":"1"}}'),
);

const annotations = fc
  .array(fc.tuple(fc.constantFrom(DETAILS, STATUS, NETWORK_STATUS, DEFAULT_NETWORK), text), { maxLength: 4 })
  .map((pairs) => new Map(pairs));

test('whatever annotations say, they are read or are said to be unreadable', (t) => {
  fc.assert(
    fc.property(annotations, (all) => {
      const kinds = ['absent', 'unreadable', 'read'];
      t.true(kinds.includes(connectionDetails(all).kind));
      t.true(kinds.includes(connectionStatuses(all).kind));
      t.true(kinds.includes(networkStatuses(all).kind));
      defaultNetwork(all);
    }),
  );
});

const number = fc.integer({ min: 0, max: 4 });

/** The healthy pair with one port, device, VF and pod of any kind more, and some facts missing. */
const input = fc.record({
  pods: fc.array(fc.record({ vf: number, annotations, phase: text, namespace: text }), { maxLength: 4 }),
  portName: fc.oneof(text, fc.constantFrom('pf0vf1', 'p0', 'br-int')),
  physPortName: fc.oneof(text, fc.constantFrom('c1pf0vf1', 'c2pf0', 'pf1vf9', 'p0')),
  port: fc.record({ controller: number, pfNumber: number, vfNumber: number }),
  missing: fc.subarray(['pods', 'attachments', 'pci', 'netdevs', 'ovs', 'dpu'] as const),
  simulated: fc.boolean(),
});

test('whatever pods and nodes say, there are chains in good order and no exception', (t) => {
  fc.assert(
    fc.property(input, ({ pods, portName, physPortName, port, missing, simulated }) => {
      const is = (what: (typeof missing)[number]) => missing.includes(what);
      const base = healthyPair();
      let pair = withDpu(base, {
        devlink: known({ ...NO_DEVLINK, ports: [devlinkPort('pf0vf1', port)] }),
        netdevs: is('netdevs')
          ? notHad('no')
          : known(withNetdev(had(base.dpu?.facts.netdevs), portName, { physPortName })),
        ovs: is('ovs')
          ? notHad('no')
          : known(withPort(had(base.dpu?.facts.ovs), 'br-int', podPort(portName, physPortName))),
      });
      pair = withHost(pair, {
        pci: is('pci')
          ? notHad('no')
          : known(withFunction(had(base.host.facts.pci), portName, { virtfns: new Map([[0, portName]]) })),
      });
      const result = chains({
        pairs: [
          {
            host: { ...pair.host, simulation: simulated ? 'veth' : undefined },
            dpu: is('dpu') ? undefined : pair.dpu,
          },
        ],
        clusters: [
          {
            name: 'kubernetes',
            pods: is('pods')
              ? notHad('no')
              : known(pods.map(({ vf, ...given }, index) => aPod(vf, { ...given, name: `pod${index}` }))),
            networkAttachments: is('attachments') ? notHad('no') : known([anAttachment()]),
          },
        ],
      });
      t.is(result.length, 1);
      for (const { links, state, fault } of result[0]?.chains ?? []) {
        const order = links.map(({ kind }) => LINK_KINDS.indexOf(kind));
        t.deepEqual(
          order,
          [...new Set(order)].sort((a, b) => a - b),
        );
        t.is(fault !== undefined, state === 'broken');
      }
    }),
  );
});
