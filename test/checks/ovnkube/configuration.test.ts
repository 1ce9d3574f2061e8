import test from 'ava';
import { bluefieldCluster } from '../../../lab/kubernetes/clusters/bluefield.ts';
import type { KubernetesObject } from '../../../lab/kubernetes/objects.ts';
import { changed, codesOf, judgeCluster } from '../../helpers/judge-cluster.ts';

/** The cluster of the guide whose ovn-config, or another ConfigMap, holds this. */
const configured = (data: Record<string, string>, map = /^ovn-config$/): readonly KubernetesObject[] =>
  changed(bluefieldCluster(), 'ConfigMap', map, (object) => Object.assign(object['data'] as object, data));

const codes = (data: Record<string, string>) =>
  codesOf(judgeCluster('ovnkube/configuration', configured(data)));

const message = (data: Record<string, string>): string => {
  const judgement = judgeCluster('ovnkube/configuration', configured(data));
  return judgement.kind === 'findings' ? (judgement.findings[0]?.message ?? '') : judgement.kind;
};

test('networks of one and of two IP versions, with and without what each node gets', (t) => {
  const svc_cidr = '10.96.0.0/12,fd02::/112';
  t.deepEqual(codes({ net_cidr: '10.233.64.0/18/24, fd01::/48/64', svc_cidr }), ['pass']);
  t.deepEqual(codes({ net_cidr: 'fd01::/48', svc_cidr: 'fd02::/112' }), ['pass']);
  t.deepEqual(codes({ net_cidr: '10.233.64.0/18,10.200.0.0/16' }), ['pass']);
});

test('what ovnkube refuses of them is said in its words', (t) => {
  t.is(
    message({ net_cidr: '10.233.64.0/18/16' }),
    'cannot use a host subnet length mask shorter than or equal to the cluster subnet mask. host subnet length: 16, cluster subnet length: 18',
  );
  t.is(message({ net_cidr: 'fd01::/48/80', svc_cidr: 'fd02::/112' }), 'IPv6 only supports /64 host subnets');
  t.is(
    message({ net_cidr: '10.233.64.0/18,fd01::/48' }),
    'illegal network configuration: dual-stack cluster subnet, IPv4 service subnet',
  );
  for (const net_cidr of [
    '10.233.64.0/18/x',
    '10.233.64.0/18/24/1',
    '10.233.64.0/33',
    '10.233.64.0',
    'pods/18',
  ])
    t.deepEqual(codes({ net_cidr }), ['NO_NETWORK'], net_cidr);
});

test('a pod network with fewer parts than there are nodes', (t) => {
  t.is(
    message({ net_cidr: '10.233.64.0/23' }),
    'net_cidr 10.233.64.0/23 has parts for 2 nodes, and the cluster has 3',
  );
  t.deepEqual(codes({ net_cidr: '10.233.64.0/23/26' }), ['pass']);
  t.deepEqual(codes({ net_cidr: '10.233.64.0/24/25,10.234.0.0/24/25' }), ['pass']);
});

test('a pod network that was changed under the nodes is one failure, and not one of each node', (t) => {
  t.is(
    message({ net_cidr: '10.200.0.0/16' }),
    'net_cidr is 10.200.0.0/16, and the nodes have parts of another network: control-plane 10.233.64.0/24, dpu-host 10.233.65.0/24, dpu 10.233.120.0/24',
  );
  t.deepEqual(codes({ net_cidr: '10.233.64.0/23/26' }), ['pass'], 'of one node the annotation is told');
  t.deepEqual(codes({ net_cidr: 'fd01::/48', svc_cidr: 'fd02::/112' }), ['pass'], 'of another version');
});

test("networks that overlap OVN-Kubernetes' own or the nodes' addresses", (t) => {
  t.is(
    message({ net_cidr: '100.64.0.0/15' }),
    'net_cidr 100.64.0.0/15 and OVN_V4_JOIN_SUBNET 100.64.0.0/16 overlap',
  );
  t.regex(
    message({ svc_cidr: '192.168.40.0/21', k8s_apiserver: 'https://api:6443' }),
    /the address .* of node/,
  );
});

test('an API server behind the service network can not be reached before OVN-Kubernetes is', (t) => {
  t.deepEqual(codes({ k8s_apiserver: 'https://10.96.0.1:443' }), ['SERVICE_ADDRESS']);
  t.deepEqual(codes({ k8s_apiserver: 'https://api.example.org:6443' }), ['pass']);
});

test('one network may be written in several ways', (t) => {
  const judged = (data: Record<string, string>) =>
    codesOf(judgeCluster('ovnkube/cluster-networks', configured(data)));
  t.deepEqual(judged({ svc_cidr: '10.96.0.1/12' }), ['pass']);
  t.deepEqual(judged({ svc_cidr: '10.97.0.0/16' }), ['OTHER_SERVICES']);
  const both = changed(
    configured({ svc_cidr: 'FD02:0::/112,10.96.0.0/12' }),
    'ConfigMap',
    /^kubeadm-config$/,
    (object) => {
      const told = object['data'] as { ClusterConfiguration: string };
      told.ClusterConfiguration = told.ClusterConfiguration.replace(
        '10.96.0.0/12',
        '10.96.0.0/12,fd02::/112',
      );
    },
  );
  t.deepEqual(codesOf(judgeCluster('ovnkube/cluster-networks', both)), ['pass']);
});
