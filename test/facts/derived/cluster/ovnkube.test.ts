import test from 'ava';
import fc from 'fast-check';
import type { ConfigMap } from '../../../../facts/cluster/config-maps.ts';
import type { ContainerTemplate, EnvironmentValue } from '../../../../facts/cluster/containers.ts';
import type { Workload } from '../../../../facts/cluster/workloads.ts';
import { isOvnKubernetes, nodeContainers, settingOf } from '../../../../facts/derived/cluster/ovnkube.ts';
import { bluefieldCluster } from '../../../../lab/kubernetes/clusters/bluefield.ts';
import { clusterFactsOf } from '../../../helpers/cluster-facts.ts';

const facts = clusterFactsOf(bluefieldCluster());
const any = facts.workloads.find(({ name }) => name === 'ovnkube-node-dpu-host') as Workload;

interface Told {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, EnvironmentValue>>;
}

const container = ({ command = ['/root/ovnkube.sh', 'ovn-node'], args = [], environment = {} }: Told) => ({
  name: 'ovnkube-node',
  image: 'x',
  command,
  args,
  environment: new Map(Object.entries(environment)),
});

const set = (text: string): EnvironmentValue => ({ kind: 'value', value: text });

const map = (name: string, data: Record<string, string>): ConfigMap => ({
  name,
  namespace: 'ovn-kubernetes',
  uid: '',
  data: new Map(Object.entries(data)),
});

const mode = (told: Told, maps: readonly ConfigMap[] = []) => {
  const one = { workload: any, container: container(told) };
  return settingOf(one, 'mode', maps);
};

test('the modes of the guide for BlueField-2', (t) => {
  t.deepEqual(
    nodeContainers(facts.workloads, facts.configMaps).map((one) => [one.workload.name, one.mode?.value]),
    [
      ['ovnkube-node', 'full'],
      ['ovnkube-node-dpu-host', 'dpu-host'],
      ['ovnkube-node-dpu', 'dpu'],
    ],
  );
  t.false(facts.workloads.filter(isOvnKubernetes).some(({ name }) => name === 'coredns'));
  t.false(facts.workloads.filter(isOvnKubernetes).some(({ name }) => name.startsWith('kube-')));
});

test('an argument counts before a variable, a variable before the configuration file', (t) => {
  const environment = { OVNKUBE_NODE_MODE: set('dpu') };
  const file = map('ovnkube-config', { 'ovnkube.conf': '[OvnKubeNode]\nmode = dpu-host ; here\n' });
  t.like(mode({ environment, args: ['--ovnkube-node-mode=full'] }, [file]), { value: 'full' });
  t.like(mode({ environment }, [file]), { value: 'dpu', said: 'OVNKUBE_NODE_MODE=dpu' });
  t.like(mode({ environment: { OVNKUBE_NODE_MODE: set('') } }, [file]), { value: 'dpu-host' });
  t.is(mode({}), undefined);
});

test('a script gives arguments too, and what it fills in is not known', (t) => {
  const script = (words: string): Told => ({ command: ['/bin/bash', '-c', `set -x\nexec ovnkube ${words}`] });
  t.like(mode(script('--ovnkube-node-mode dpu-host \\\n --loglevel 4')), { value: 'dpu-host' });
  t.like(mode(script('--ovnkube-node-mode "dpu"')), { value: 'dpu' });
  t.is(mode(script('--ovnkube-node-mode $mode')), 'unknown');
});

test('a variable from a ConfigMap has the value that stands there', (t) => {
  const environment = {
    OVNKUBE_NODE_MODE: { kind: 'from', from: 'configMap ovn-config key mode' },
  } as const;
  t.like(mode({ environment }, [map('ovn-config', { mode: 'dpu' })]), { value: 'dpu' });
  t.is(mode({ environment }, []), 'unknown');
  t.is(mode({ environment: { OVNKUBE_NODE_MODE: { kind: 'from', from: 'secretKeyRef' } } }), 'unknown');
});

test('variables of ConfigMaps that are taken whole: the last one counts, and of one that is not known nothing is', (t) => {
  const whole = (sources: readonly string[], maps: readonly ConfigMap[]) =>
    settingOf({ workload: any, container: { ...container({}), environmentFrom: sources } }, 'mode', maps);
  const maps = [
    map('ovn-host-config', { OVNKUBE_NODE_MODE: 'dpu-host' }),
    map('ovn-dpu-config', { OVNKUBE_NODE_MODE: 'dpu' }),
    map('ovn-config', {}),
  ];
  const [host, dpu, other] = [
    'configMap ovn-host-config',
    'configMap ovn-dpu-config',
    'configMap ovn-config',
  ];
  t.like(whole([dpu, host, other], maps), { value: 'dpu-host' });
  t.is(whole([other], maps), undefined);
  t.is(whole([host, 'elsewhere'], maps), 'unknown');
  t.is(whole(['configMap gone'], maps), 'unknown');
});

test('the gateway interface stands in OVN_GATEWAY_OPTS', (t) => {
  const given = (text: string) =>
    settingOf(
      { workload: any, container: container({ environment: { OVN_GATEWAY_OPTS: set(text) } }) },
      'gatewayInterface',
      [],
    );
  t.like(given('--gateway-interface=derive-from-mgmt-port'), { value: 'derive-from-mgmt-port' });
  t.like(given('--gateway-nexthop 1.2.3.4 --gateway-interface "br-ex"'), { value: 'br-ex' });
  t.is(given(''), undefined);
});

test('commands, variables and files of any content are read without an exception', (t) => {
  const words = fc.array(fc.string());
  fc.assert(
    fc.property(
      words,
      words,
      fc.dictionary(fc.string(), fc.string()),
      fc.string(),
      (command, args, env, file) => {
        const environment = new Map(Object.entries(env).map(([key, value]) => [key, set(value)] as const));
        const one: ContainerTemplate = { name: '', image: '', command, args, environment };
        const workload = { ...any, containers: [one] };
        const maps = [map('ovnkube-config', { 'ovnkube.conf': file })];
        isOvnKubernetes(workload);
        nodeContainers([workload], maps);
        for (const name of ['mode', 'gatewayInterface', 'leaseDuration'] as const)
          settingOf({ workload, container: one }, name, maps);
      },
    ),
  );
  t.pass();
});
