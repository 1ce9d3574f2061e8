import test from 'ava';
import type { ChainPair } from '../../../../facts/derived/chain/input.ts';
import type { Link } from '../../../../facts/links.ts';
import {
  aPod,
  chainOfPod,
  had,
  healthyPair,
  known,
  linkOf,
  pairOf,
  podPort,
  withDpu,
  withHost,
} from '../../../helpers/chain-input.ts';
import { aBridge, anInterface, aPatch } from '../../../helpers/dpu-facts.ts';
import { aNetdev } from '../../../helpers/node-facts.ts';
import { vethPair } from '../../../helpers/veth-pair.ts';

/** The pod has eth0-3, which the host shows no more; seed K L7-41. */
function simulated(representorPf = 0): ChainPair {
  const { host, dpu } = vethPair({ representorPf });
  const links: readonly Link[] = host.links.filter(({ name }) => name !== 'eth0-3');
  const ovs = {
    ...had(healthyPair().dpu?.facts.ovs),
    bridges: [
      aBridge('br-int', [aPatch('patch-br-int-to-breth0_host1', 'out'), podPort('rep0-3', 'pod3')]),
      aBridge('breth0', [
        anInterface('eth0'),
        anInterface('rep0-0'),
        aPatch('out', 'patch-br-int-to-breth0_host1'),
      ]),
    ],
  };
  const openVSwitch = {
    ...ovs.openVSwitch,
    externalIds: new Map([['ovn-bridge-mappings', 'physnet:breth0']]),
  };
  const netdevs = new Map(dpu.links.map(({ name }) => [name, aNetdev(name, undefined)]));
  const pair = withHost(
    withDpu(healthyPair(), {
      links: known(dpu.links),
      netdevs: known(netdevs),
      ovs: known({ ...ovs, openVSwitch }),
    }),
    { links: known(links) },
  );
  return { ...pair, host: { ...pair.host, simulation: 'veth' } };
}

const pod = aPod(3, {
  annotations: new Map([
    [
      'k8s.ovn.org/dpu.connection-details',
      '{"default":{"pfId":"0","vfId":"3","sandboxId":"sandbox-of-pod3","vfNetdevName":"eth0-3"}}',
    ],
    ['k8s.ovn.org/dpu.connection-status', '{"default":{"Status":"Ready"}}'],
  ]),
});

test('of veth pairs, the names tell which representor belongs to which VF', (t) => {
  const pair = pairOf(simulated(), { pods: known([pod]) });
  const chain = chainOfPod(pair, 'pod3');
  t.is(chain.state, 'whole', chain.fault?.ground);
  t.is(linkOf(chain, 'vf').name, 'eth0-3 (VF 3 of PF 0)');
  t.is(linkOf(chain, 'representor').name, 'rep0-3');
  t.is(linkOf(chain, 'uplink').name, 'eth0');
  t.deepEqual(pair.strays, []);
  t.deepEqual(
    pair.chains.map(({ vf }) => vf?.number),
    Array.from({ length: 15 }, (_, index) => index + 1),
  );
});

test('OVN-Kubernetes does not find representors of another PF number (seed K L39-41)', (t) => {
  const chain = chainOfPod(pairOf(simulated(1), { pods: known([pod]) }), 'pod3');
  t.is(chain.fault?.kind, 'representor');
});
