import { runsOvnKubernetes } from '../../facts/derived/ovs-topology.ts';
import { commonPf, isDpuSimulator, numbersBelow, vethPorts } from '../../facts/derived/veth.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { isFurther, LISTING, leadsPast, row } from './common.ts';

export const hostAlone = defineCheck({
  id: 'veth/host-alone',
  title: 'the simulated DPU host, examined without its DPU, has all its VFs and no other way out',
  description:
    'Where its DPU is examined with it, veth/host-interfaces and veth/other-interfaces tell, who see both ends. Alone, a host shows only what is in its own network namespace; once OVN-Kubernetes runs, pods may have taken the others.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['veth'],
  covers: ['K6', 'K27', 'K30'],
  after: ['veth/leftovers'],
  requires: ['links', 'processes'],
  expects: ['veth-pairs'],
  simulations: ['veth'],
  messages: {
    MISSING: {
      text: 'the VF {name} is not in the network namespace of the host',
      cause:
        'Each Host has exactly 16 interfaces: eth0-0 (repurposed) + eth0-1..15 (new veth ends). It was deleted, renamed or moved away.',
      remedy:
        'Examine the DPU with it, which has the other end: dpu-doctor run -t <host> -t <DPU>. If fewer pairs are wanted: --set veth-pairs=<count>',
      source: 'seed K L222',
    },
    LEADS_PAST: {
      text: 'the host has a further interface, {name}, which is no VF by its name',
      cause:
        'host nodes are completely isolated and can only communicate through veth pairs: each has exactly 16 interfaces.',
      remedy:
        'If it is a VF that was renamed: ip link set {name} down; ip link set {name} name <VF>. If it belongs to a container network: docker network disconnect <network> <container of the host>',
      source: 'seed K L97, L222',
    },
  },
  docs: ['seed K L94-97', 'seed K L204-227'],
  judge({ facts: { links, processes }, expected, subject, report }) {
    if (subject.hasDpu === true)
      return notApplicable('its DPU is examined too: veth/host-interfaces and veth/other-interfaces tell');
    const vfs = vethPorts(links, 'host');
    const names = new Set(links.map(({ name }) => name));
    const said = evidence(LISTING, row([...names]));
    const { value: count, from } = expected['veth-pairs'];
    const about = { expected: `${count} VFs (${from})`, evidence: [said] };
    const wanted = numbersBelow(count).map((index) => `eth${commonPf(vfs) ?? 0}-${index}`);
    // Pods and the management port take VFs away, and give them other names.
    const absent = runsOvnKubernetes(processes) ? [] : wanted.filter((name) => !names.has(name));
    const others = isDpuSimulator(vfs)
      ? []
      : links.filter((link) => isFurther(link) && leadsPast(link, links));
    return verdictOf(
      [
        ...absent.map((name) =>
          report('MISSING', { ...about, subject: name, args: { name }, observed: 'not there' }),
        ),
        ...others.map(({ name, kind }) => {
          const observed = `${name}, ${kind ?? 'no virtual device'}`;
          return report('LEADS_PAST', { ...about, subject: name, args: { name }, observed });
        }),
      ],
      [said],
    );
  },
});
