import test from 'ava';
import type { Resolver } from '../../../facts/resolver.ts';
import type { Sysctl } from '../../../facts/sysctls.ts';
import { TOOLS } from '../../../facts/tools.ts';
import { idsWith, type JudgeNode, judgeNode, type NodeFacts, onlyFault } from '../../helpers/node-facts.ts';

const healthy = () =>
  ({
    tools: new Map(TOOLS.map((tool) => [tool, `/usr/sbin/${tool}`])),
    iprouteVersion: { text: 'iproute2-5.15.0' },
    swaps: [],
    kernelModules: new Map([['br_netfilter', '/sys/module/br_netfilter']]),
    sysctls: new Map<Sysctl, string>([
      ['net.ipv4.ip_forward', '1'],
      ['net.ipv6.conf.all.disable_ipv6', '0'],
      ['net.ipv6.conf.all.forwarding', '1'],
      ['fs.inotify.max_user_watches', '1048576'],
      ['fs.inotify.max_user_instances', '512'],
    ]),
    dpf: ['/var/log/pods/dpf-operator-system_x'],
    resolver: {
      nameservers: ['192.0.2.53'],
      stubListener: [{ file: '/etc/systemd/resolved.conf', value: 'no' }],
      resolvedRuns: true,
    },
  }) satisfies NodeFacts;

const judge = (facts: NodeFacts, options: JudgeNode = { role: 'dpu', simulation: 'veth' }) =>
  judgeNode(facts, ['system'], options);

const withSysctl = (name: Sysctl, value: string | undefined) => {
  const facts = healthy();
  if (value === undefined) facts.sysctls.delete(name);
  else facts.sysctls.set(name, value);
  return facts;
};

test('what the guide has set on every node of kind is asked of the control plane, too', (t) => {
  for (const role of ['control-plane', 'worker'] as const) {
    const results = judge(healthy(), { role, simulation: 'veth' });
    for (const id of ['system/ipv6', 'system/inotify-limits']) t.is(results.get(id)?.verdict, 'pass', id);
  }
});

test('a healthy simulated DPU passes, and a DPU of hardware is not asked about kind', (t) => {
  const results = judge(healthy());
  t.is(idsWith(results, 'pass').length, results.size);
  t.is(results.size, 7);
  t.is(judge(healthy(), { role: 'dpu' }).has('system/ipv6'), false);
});

const FAULTS: readonly (readonly [NodeFacts, string, string, 'warn'?])[] = [
  [{ ...healthy(), iprouteVersion: { text: 'iproute2-ss170501' } }, 'iproute2-version', 'TOO_OLD'],
  [{ ...healthy(), swaps: [{ path: '/dev/sda2', type: 'partition', size: 8 }] }, 'swap', 'ON'],
  [{ ...healthy(), kernelModules: new Map() }, 'br-netfilter', 'NOT_LOADED'],
  [withSysctl('net.ipv4.ip_forward', '0'), 'ip-forward', 'OFF'],
  [withSysctl('net.ipv6.conf.all.disable_ipv6', '1'), 'ipv6', 'OTHER'],
  [withSysctl('net.ipv6.conf.all.forwarding', undefined), 'ipv6', 'NO_IPV6'],
  [withSysctl('fs.inotify.max_user_watches', '524287'), 'inotify-limits', 'TOO_LOW'],
  [withSysctl('fs.inotify.max_user_instances', '128'), 'inotify-limits', 'TOO_LOW'],
  [{ ...healthy(), tools: new Map() }, 'tools', 'MISSING', 'warn'],
];

for (const [index, [facts, id, code, verdict]] of FAULTS.entries()) {
  test(`system/${id} alone says ${code} (fault ${index})`, (t) => {
    onlyFault(t, judge(facts), `system/${id}`, code, verdict ?? 'fail');
  });
}

test('limits that the inventory gives stand in for those of the guide', (t) => {
  const facts = withSysctl('fs.inotify.max_user_watches', '1000');
  const results = judge(facts, { role: 'dpu', simulation: 'veth', expect: { 'inotify-watches': 1000 } });
  t.is(results.get('system/inotify-limits')?.verdict, 'pass');
});

const dns = (change: Partial<Resolver>, dpf = healthy().dpf) =>
  judge(
    { ...healthy(), dpf, resolver: { ...healthy().resolver, ...change } },
    {
      role: 'control-plane',
    },
  );

test('the stub resolver of a DPF control plane', (t) => {
  t.is(dns({}).get('system/dns-stub')?.verdict, 'pass');
  onlyFault(t, dns({ nameservers: ['127.0.0.53'] }), 'system/dns-stub', 'STUB_USED');
  onlyFault(t, dns({ stubListener: [] }), 'system/dns-stub', 'STUB_LISTENS');
  onlyFault(
    t,
    dns({
      stubListener: [
        { file: '/a', value: 'no' },
        { file: '/b', value: 'yes' },
      ],
    }),
    'system/dns-stub',
    'STUB_LISTENS',
  );
  t.is(dns({ stubListener: [], resolvedRuns: false }).get('system/dns-stub')?.verdict, 'skip');
  t.is(dns({ nameservers: ['127.0.0.53'] }, []).get('system/dns-stub')?.verdict, 'skip', 'no DPF');
});

test('a stub listener that somebody has set is a failure before systemd-resolved runs, too', (t) => {
  const judgeDns = (stubListener: Resolver['stubListener']) => {
    const resolver: Resolver = { nameservers: ['192.0.2.53'], stubListener, resolvedRuns: false };
    return judge({ ...healthy(), resolver }, { role: 'control-plane' }).get('system/dns-stub');
  };
  const file = '/etc/systemd/resolved.conf';
  t.is(judgeDns([{ file, value: 'yes' }])?.findings[0]?.code, 'STUB_LISTENS');
  t.is(judgeDns([{ file, value: 'no' }])?.verdict, 'skip');
  t.is(judgeDns([])?.verdict, 'skip');
});
