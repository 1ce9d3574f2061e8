import test from 'ava';
import type { ChainPair } from '../../../../facts/derived/chain/input.ts';
import {
  aPod,
  demoPair,
  had,
  healthyPair,
  known,
  notHad,
  PODS,
  pairOf,
  podPort,
  SWITCH,
  withAnnotation,
  withDpu,
  withHost,
} from '../../../helpers/chain-input.ts';
import { anInterface, withInterface, withPort } from '../../../helpers/dpu-facts.ts';
import { withFunction, withNetdev } from '../../../helpers/node-facts.ts';

const said = ({ strays }: ReturnType<typeof pairOf>): string[] =>
  strays.map(({ kind, subject }) => `${kind} ${subject}`);

const ovsOf = (pair: ChainPair) => had(pair.dpu?.facts.ovs);

const withRepresentor = (pair: ChainPair, name: string, physPortName: string): ChainPair =>
  withDpu(pair, {
    netdevs: known(withNetdev(had(pair.dpu?.facts.netdevs), name, { physPortName, physSwitchId: SWITCH })),
  });

test('a representor whose VF is gone', (t) => {
  const pair = pairOf(withRepresentor(healthyPair(), 'pf0vf7', 'c1pf0vf7'));
  t.deepEqual(said(pair), ['representor-without-vf pf0vf7']);
  t.regex(pair.strays[0]?.ground ?? '', /eth0 has no VF 7/);
});

test("the representors of the DPU's own VFs and of another host's are nobody's business here", (t) => {
  t.deepEqual(said(pairOf(withRepresentor(healthyPair(), 'eth4', 'pf0vf7'))), []);
  t.deepEqual(said(pairOf(withRepresentor(healthyPair(), 'eth5', 'c2pf0vf7'))), []);
});

test('a VF without representor', (t) => {
  const netdevs = withNetdev(had(healthyPair().dpu?.facts.netdevs), 'pf0vf2', undefined);
  const pair = pairOf(withDpu(healthyPair(), { netdevs: known(netdevs) }));
  t.deepEqual(said(pair), ['vf-without-representor 0000:01:02.5']);
});

test('a port whose pod is gone, has ended, or is elsewhere', (t) => {
  const pair = withDpu(healthyPair(), {
    ovs: known(withPort(ovsOf(healthyPair()), 'br-int', podPort('veth3', 'pod3'))),
  });
  const ground = (pods: readonly ReturnType<typeof aPod>[]): string =>
    pairOf(pair, { pods: known([...PODS, ...pods]) })
      .strays.map(({ kind, subject, ground: why }) => `${kind} ${subject}: ${why}`)
      .join();
  t.is(ground([]), 'port-without-pod veth3: no pod is called default/pod3');
  const ended = aPod(1, { name: 'pod3', phase: 'Succeeded' });
  t.is(ground([ended]), 'port-without-pod veth3: the pod default/pod3 has ended (Succeeded)');
  const elsewhere = aPod(1, { name: 'pod3', node: 'host7' });
  t.is(ground([elsewhere]), 'port-without-pod veth3: the pod default/pod3 is on host7');
  // In one cluster a DPU is a node itself, with pods of its own.
  t.is(ground([aPod(1, { name: 'pod3', node: 'dpu1' })]), '');
});

test('management ports, tunnels and patch ports are no ports of pods', (t) => {
  const ids = (id: string) => ({ externalIds: new Map([['iface-id', id]]) });
  let ovs = withPort(ovsOf(healthyPair()), 'br-int', anInterface('ovn-k8s-mp1', ids('blue_k8s-host1')));
  ovs = withPort(ovs, 'br-int', anInterface('ext', ids('int-host1')));
  t.deepEqual(said(pairOf(withDpu(healthyPair(), { ovs: known(ovs) }))), []);
});

test('a port that names a pod without more than its iface-id is one, too', (t) => {
  const port = anInterface('veth3', { externalIds: new Map([['iface-id', 'default_pod3']]) });
  const pair = withDpu(healthyPair(), { ovs: known(withPort(ovsOf(healthyPair()), 'br-int', port)) });
  t.deepEqual(said(pairOf(pair)), ['port-without-pod veth3']);
});

test('a running pod without port; one that still waits for the CNI is none', (t) => {
  const pair = withDpu(healthyPair(), {
    ovs: known(withInterface(ovsOf(healthyPair()), 'pf0vf1', undefined)),
  });
  t.deepEqual(said(pairOf(pair)), ['pod-without-port default/pod1']);
  const waiting = withAnnotation(
    aPod(1, { phase: 'Pending' }),
    'k8s.ovn.org/dpu.connection-details',
    undefined,
  );
  t.deepEqual(said(pairOf(pair, { pods: known([waiting, PODS[1]]) })), []);
});

test('two ports with one iface-id, and two pods with one VF', (t) => {
  const ovs = withPort(ovsOf(healthyPair()), 'br-int', podPort('veth3', 'pod1'));
  const ports = pairOf(withDpu(healthyPair(), { ovs: known(ovs) }));
  t.deepEqual(said(ports), ['duplicate-port pf0vf1, veth3']);
  const twice = aPod(1, { name: 'twin' });
  const both = withDpu(healthyPair(), {
    ovs: known(withPort(ovsOf(healthyPair()), 'br-int', podPort('veth3', 'twin'))),
  });
  const pods = pairOf(both, { pods: known([...PODS, twice]) });
  t.deepEqual(said(pods), ['duplicate-device 0000:01:02.4']);
  t.regex(pods.strays[0]?.ground ?? '', /default\/pod1 and default\/twin hold it/);
});

test('where something could not be seen, nothing is called a stray for it', (t) => {
  const pair = withRepresentor(
    withDpu(healthyPair(), {
      ovs: known(withPort(ovsOf(healthyPair()), 'br-int', podPort('veth3', 'pod3'))),
    }),
    'pf0vf7',
    'c1pf0vf7',
  );
  t.is(said(pairOf(pair)).length, 2);
  t.deepEqual(said(pairOf(withHost(pair, { pci: notHad('no') }), { pods: notHad('no') })), []);
  t.deepEqual(said(pairOf(withDpu(pair, { netdevs: notHad('no'), ovs: notHad('no') }))), []);
});

test('with as many PFs as nothing tells apart, their representors are a gap', (t) => {
  const { host, dpu } = healthyPair();
  if (dpu === undefined) throw new Error('no DPU');
  const pci = had(host.facts.pci);
  const second = {
    sriovTotalVfs: 16,
    sriovNumVfs: 1,
    virtfns: new Map([[0, '0000:01:04.3']]),
    netdevs: ['eth1'],
  };
  const pair = withHost(
    { host, dpu },
    {
      pci: known(
        withFunction(withFunction(pci, '0000:01:00.1', second), '0000:01:04.3', {
          device: '101e',
          physfn: '0000:01:00.1',
          netdevs: [],
        }),
      ),
      ovnkube: notHad('no'),
      netdevs: known(
        withNetdev(withNetdev(had(host.facts.netdevs), 'eth0', { physPortName: undefined }), 'eth1', {}),
      ),
    },
  );
  const { gaps, strays, chains } = pairOf(pair, { pods: known([]) });
  t.deepEqual(
    strays.filter(({ kind }) => kind !== 'port-without-pod'),
    [],
  );
  t.deepEqual(
    gaps.map(({ what }) => what),
    ['representors of eth0', 'representors of eth1'],
  );
  t.true(chains.every(({ state }) => state !== 'broken'));
});

test('the recorded DPU whose bridge has a port without device', async (t) => {
  const pair = pairOf(await demoPair(1), { pods: notHad('no cluster was asked') });
  t.deepEqual(said(pair), ['port-in-error pf0vf9']);
  const { chains } = pair;
  t.deepEqual(
    chains.map(({ holder, vf, state }) => [
      holder.kind === 'port' ? holder.ifaceId : holder.kind,
      vf?.address,
      state,
    ]),
    [
      ['management-port', '0000:02:00.3', 'whole'],
      ['ovn-kubernetes_ovs-offload-pod1-host1', '0000:02:00.4', 'whole'],
      ['ovn-kubernetes_ovs-offload-pod2-host1', '0000:02:00.5', 'whole'],
    ],
  );
});

test('the recorded ports are strays where the cluster knows no such pods', async (t) => {
  const pair = pairOf(await demoPair(1), { pods: known([]) });
  t.deepEqual(said(pair), ['port-without-pod pf0vf1', 'port-without-pod pf0vf2', 'port-in-error pf0vf9']);
});
