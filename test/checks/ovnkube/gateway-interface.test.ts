import test from 'ava';
import { bluefieldCluster } from '../../../lab/kubernetes/clusters/bluefield.ts';
import { changed, codesOf, judgeCluster } from '../../helpers/judge-cluster.ts';

/** DPU hosts whose ovnkube is told this gateway interface. */
function judge(gateway: string) {
  const objects = changed(bluefieldCluster(), 'DaemonSet', /^ovnkube-node-dpu-host$/, ({ spec }) => {
    const { containers } = (
      spec as { template: { spec: { containers: { env: { name: string; value?: string }[] }[] } } }
    ).template.spec;
    for (const { env } of containers)
      for (const one of env)
        if (one.name === 'OVN_GATEWAY_OPTS') one.value = `--gateway-interface=${gateway}`;
  });
  return codesOf(judgeCluster('ovnkube/gateway-interface', objects));
}

test('a gateway interface is derived, or has a name that a network device can have', (t) => {
  for (const name of ['derive-from-mgmt-port', 'eth0', 'enp2s0f0np0.123', 'br-ex', '$GATEWAY_INTERFACE'])
    t.deepEqual(judge(name), ['pass'], name);
  for (const name of [
    'derive-from-mgmtport',
    'derive_from_mgmt_port',
    '0000:02:00.0',
    'Derive-From-Mgmt-Port',
  ])
    t.deepEqual(judge(name), ['NO_NAME'], name);
});
