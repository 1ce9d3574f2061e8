import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { type Outcome, parseFact } from '../../facts/fact.ts';
import { type Ovnkube, ovnkube } from '../../facts/ovnkube.ts';
import type { CommandAnswer, Source } from '../../facts/source.ts';
import { readAnswer } from '../../transports/answers.ts';
import { ask } from '../../transports/ask.ts';
import { localTransport } from '../../transports/local.ts';
import { unhurried } from '../helpers/asking.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

const answer = (stdout: string): CommandAnswer => ({ command: 'test', exitCode: 0, stdout, stderr: '' });

const parse = (list: string | Said | readonly Said[], file = ''): Outcome<Ovnkube> =>
  parseFact(ovnkube, { list: answer(listing(list)), file: answer(file) });

function value(outcome: Outcome<Ovnkube>): Ovnkube {
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return outcome.value;
}

/** What the script prints of a process: about it, and its files. */
interface Said {
  readonly head: string;
  readonly files: string;
}

/** A process as the script prints it; written by hand. */
const process = (pid: number, args: readonly string[], more: readonly string[] = [], state = 'S'): Said => ({
  head: [`process ${pid} ovnkube`, ...more, ''].join('\n'),
  files: [
    `==> /proc/${pid}/stat <== ${pid} (ovnkube) ${state} 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5000 `,
    `==> /proc/${pid}/cmdline <== ${['/usr/bin/ovnkube', ...args].join('\n')}\n`,
  ].join(' '),
});

function listing(list: string | Said | readonly Said[]): string {
  if (typeof list === 'string') return list;
  const all = [list].flat();
  return `${all.map(({ head }) => head).join('')}files\n${all.map(({ files }) => files).join(' ')}`;
}

test('arguments are read in each of their forms, and the last one counts', (t) => {
  for (const mode of [
    ['--ovnkube-node-mode=dpu-host'],
    ['--ovnkube-node-mode', 'dpu-host'],
    ['-ovnkube-node-mode=dpu-host'],
    ['--ovnkube-node-mode=full', '--ovnkube-node-mode=dpu-host'],
  ]) {
    const found = value(parse(process(7, ['--init-node', 'n1', ...mode])));
    t.is(found.mode?.value, 'dpu-host');
    t.is(found.mode?.evidence.source, '/proc/7/cmdline (ovnkube)');
    t.is(found.mode?.evidence.said, mode.at(-1) === 'dpu-host' ? mode.join(' ') : mode.at(-1));
  }
  t.is(value(parse(process(7, ['--init-node=n1', '--gateway-interface=']))).gatewayInterface, undefined);
});

test('an argument goes before the file, and the file before the environment', (t) => {
  const config = ['config /etc/ovn.conf', 'setting [OvnKubeNode]', 'setting mode=dpu-host'];
  const env = ['readable', 'env OVNKUBE_NODE_MODE=dpu', 'env OVNKUBE_NODE_MGMT_PORT_NETDEV=pf0vf0'];
  const all = value(parse(process(7, ['--init-node=n1', '--ovnkube-node-mode=full'], [...config, ...env])));
  t.is(all.mode?.value, 'full');
  const file = value(parse(process(7, ['--init-node=n1'], [...config, ...env])));
  t.deepEqual(file.mode, {
    value: 'dpu-host',
    evidence: { source: '/etc/ovn.conf', said: '[ovnkubenode] mode=dpu-host' },
  });
  t.is(file.managementPort?.evidence.said, 'OVNKUBE_NODE_MGMT_PORT_NETDEV=pf0vf0');
  t.true(file.environmentReadable);
});

test('a setting is on in each way to say true, as an argument and in the file', (t) => {
  const on = (args: readonly string[], lines: readonly string[] = []): boolean =>
    value(parse(process(7, ['--init-node=n1', ...args], lines))).networkSegmentation;
  const flag = '--enable-network-segmentation';
  for (const said of [flag, `${flag}=true`, `${flag}=1`, `${flag}=T`]) t.true(on([said]), said);
  for (const said of [`${flag}=false`, `${flag}=0`]) t.false(on([said]), said);
  const file = (said: string) => [
    'config /etc/ovn.conf',
    'setting [OVNKubernetesFeature]',
    `setting enable-network-segmentation=${said}`,
  ];
  t.true(on([], file('yes')));
  t.false(on([], file('no')));
});

test("the document's configuration file is read, with quotes and comments", (t) => {
  const lines = [
    '[OvnKubeNode]',
    'mode=dpu-host',
    'mgmt-port-netdev = "pf0vf0" ; VF 0',
    '[Gateway]',
    'interface=derive-from-mgmt-port # x',
  ];
  const found = value(parse('', lines.map((line) => `setting ${line}`).join('\n')));
  t.is(found.pid, undefined);
  t.is(found.mode?.value, 'dpu-host');
  t.is(found.managementPort?.value, 'pf0vf0');
  t.is(found.gatewayInterface?.value, 'derive-from-mgmt-port');
  t.is(found.gatewayInterface?.evidence.source, '/etc/openvswitch/ovn_k8s.conf');
});

test('a file that is absent is none, and one that is refused says so', (t) => {
  const absent = "sed: can't read /proc/7/root/etc/ovn.conf: No such file or directory";
  t.is(
    value(parse(process(7, ['--init-node=n1'], ['config /etc/ovn.conf', absent]))).configuration,
    undefined,
  );
  const refused = "sed: can't read /proc/7/root/etc/ovn.conf: Permission denied";
  const found = value(parse(process(7, ['--init-node=n1'], ['config /etc/ovn.conf', refused])));
  t.is(found.configuration?.unreadable, 'Permission denied');
});

test("the node's own process is told from the control plane's, from a dead one, and from one in full mode beside it", (t) => {
  const list = [
    process(5, ['--init-cluster-manager=n1']),
    process(6, ['--init-node=n1', '--ovnkube-node-mode=dpu'], [], 'Z'),
    process(7, ['--init-node=n1']),
    process(8, ['--init-node=n1', '--ovnkube-node-mode=dpu']),
  ];
  t.is(value(parse(list)).pid, 8);
  t.is(value(parse(process(5, ['--init-cluster-manager=n1']))).pid, undefined);
});

test('OVN_GATEWAY_OPTS tells the gateway interface where no argument does', (t) => {
  const env = [
    'readable',
    'env OVN_GATEWAY_OPTS=--gateway-nexthop=10.0.0.1 --gateway-interface=derive-from-mgmt-port',
  ];
  t.is(value(parse(process(7, ['--init-node=n1'], env))).gatewayInterface?.value, 'derive-from-mgmt-port');
  const quoted = ['readable', 'env OVN_GATEWAY_OPTS="--gateway-interface brp0"'];
  t.is(value(parse(process(7, ['--init-node=n1'], quoted))).gatewayInterface?.value, 'brp0');
  const single = ['readable', 'env OVN_GATEWAY_OPTS=-gateway-interface=brp0'];
  t.is(value(parse(process(7, ['--init-node=n1'], single))).gatewayInterface?.value, 'brp0');
});

test('the devices of the device plugin are kept by variable', (t) => {
  const env = ['readable', 'env PCIDEVICE_NVIDIA_COM_VF=0000:01:02.3', 'env PCIDEVICE_NVIDIA_COM_VF_INFO={}'];
  const found = value(parse(process(7, ['--init-node=n1'], env)));
  t.deepEqual([...found.devices.keys()], ['PCIDEVICE_NVIDIA_COM_VF']);
});

test('a process of this machine tells its settings, and no secret of its file', async (t) => {
  const directory = temporaryDirectory(t);
  const program = join(directory, 'ovnkube');
  const config = join(directory, 'ovn.conf');
  writeFileSync(program, '#!/bin/sh\nread line\n');
  chmodSync(program, 0o755);
  writeFileSync(config, '[OvnKubeNode]\nmode=dpu-host\n[Kubernetes]\ntoken=s3cret\n');
  const child = spawn(program, ['--init-node', 'n1', `--config-file=${config}`], {
    env: { OVN_GATEWAY_OPTS: '--gateway-interface=derive-from-mgmt-port', PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  t.teardown(() => child.kill());
  const sources = Object.values<Source>(ovnkube.sources);
  let found: Ovnkube | undefined;
  let said = '';
  // It takes a moment to start, and another suite's may run on this machine for a moment.
  for (let attempt = 0; attempt < 50 && (found?.pid !== child.pid || found?.mode === undefined); attempt++) {
    const outcomes = await ask(localTransport(), sources, unhurried());
    const answers = Object.fromEntries(
      Object.entries<Source>(ovnkube.sources).map(([label, source]) => {
        const outcome = outcomes.get(source);
        const parts = outcome?.ok ? outcome.parts : [];
        said += JSON.stringify(parts);
        return [label, readAnswer(source, parts)];
      }),
    );
    found = value(parseFact(ovnkube, answers as Parameters<typeof ovnkube.parse>[0]));
  }
  t.is(found?.pid, child.pid);
  t.is(found?.mode?.value, 'dpu-host');
  t.is(found?.gatewayInterface?.value, 'derive-from-mgmt-port');
  t.notRegex(said, /s3cret/);
});

test('whatever the node says, the parse ends with a value or a reason', (t) => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'process 7 ovnkube',
      'files',
      '==> /proc/7/cmdline <== ovnkube',
      '--init-node',
      'config /x',
      'setting [a',
      'setting mode=',
      'env A',
      '==> /proc/7/stat <== )',
    ),
    fc.constantFrom('--ovnkube-node-mode', 'setting mode = "', 'env PCIDEVICE_=', 'readable'),
  );
  fc.assert(
    fc.property(fc.array(line), fc.string(), (lines, file) => {
      if (!parse(lines.join('\n'), file).ok) throw new Error('no value');
    }),
  );
  t.pass();
});
