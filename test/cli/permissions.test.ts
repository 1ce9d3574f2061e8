import { spawnSync } from 'node:child_process';
import test from 'ava';
import { parse } from 'yaml';
import { CHECKS } from '../../checks/index.ts';
import { permissionOf } from '../../facts/cluster/permission.ts';
import { FACTS } from '../../facts/index.ts';
import { type Source, sourceKey } from '../../facts/source.ts';
import { distinctSources } from '../../runner/needed.ts';
import { permissionsFor } from '../../runner/permissions.ts';
import { renderScript } from '../../transports/script.ts';
import { assertCivil, dpuDoctor } from '../helpers/cli.ts';

const said = async (...args: readonly string[]): Promise<string> => {
  const ended = await dpuDoctor(['permissions', ...args]);
  if (ended.code !== 0 || ended.stderr !== '') throw new Error(`exit code ${ended.code}: ${ended.stderr}`);
  return ended.stdout;
};

test('all checks need every source that there is, and nothing is asked twice', (t) => {
  const { sources } = permissionsFor(CHECKS);
  const all = distinctSources(Object.keys(FACTS) as (keyof typeof FACTS)[]);
  t.deepEqual(sources.map(({ source }) => sourceKey(source)).sort(), all.map(sourceKey).sort());
});

test('what a script runs as root is declared with it', (t) => {
  for (const fact of Object.values(FACTS)) {
    for (const source of Object.values<Source>(fact.sources)) {
      const calls = renderScript([source], 'mark').split('$as_root ').length - 1;
      const [permission] = permissionsFor(CHECKS).sources.filter(
        (one) => sourceKey(one.source) === sourceKey(source),
      );
      t.is(calls > 0, (permission?.asRoot.length ?? 0) > 0, sourceKey(source));
    }
  }
});

test('the overview has every command, who needs root, and every verb', async (t) => {
  const text = await said();
  const { sources, api } = permissionsFor(CHECKS.filter(({ scope }) => scope !== 'path'));
  for (const { source } of sources) t.true(text.includes(sourceKey(source).replace(/^root: /, '')));
  for (const { permission } of api)
    t.true(permission.kind === 'path' || text.includes(`${permission.verb} ${permission.resource}`));
  const [root = '', plain = ''] = text.split('as anybody:');
  t.true(root.includes('$ cat /proc/<pid>/environ'));
  t.true(plain.includes('lspci -nD') && !root.includes('lspci'));
});

test('fewer checks need less', async (t) => {
  const text = await said('-s', 'system/swap', '--role', 'dpu');
  t.regex(text, /cat \/proc\/swaps/);
  t.notRegex(text, /lspci/);
  const sudoers = await said('--sudoers', '-s', 'system/swap', '--role', 'hypervisor');
  t.true(
    sudoers.split('\n').every((line) => line === '' || line.startsWith('#') || /ovs|sed|cat/.test(line)),
  );
  const cluster = await said('-s', 'cluster/kube-proxy-absent');
  t.regex(cluster, /On each node that is logged in to, as anybody:\n {2}nothing/);
});

test('the ClusterRole lists what is read, and nothing that writes', async (t) => {
  const role = parse(await said('--rbac'));
  t.is(role.kind, 'ClusterRole');
  for (const { verbs } of role.rules)
    t.true(verbs.every((verb: string) => verb === 'list' || verb === 'get'));
  t.false(JSON.stringify(role).includes('secrets'));
  t.false(JSON.stringify(role).includes('*'));
});

test('only the suites that send traffic need to make and remove anything', async (t) => {
  const writes = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { rules } = parse(await said(...args, '--rbac')) as {
      rules: readonly { verbs: readonly string[]; resources?: readonly string[] }[];
    };
    return rules
      .filter(({ verbs }) => verbs.some((verb) => verb !== 'list' && verb !== 'get'))
      .flatMap(({ verbs, resources = [] }) => resources.map((resource) => `${verbs.join()} ${resource}`))
      .sort();
  };
  const made = ['namespaces', 'pods', 'services'];
  const wanted = [...made.flatMap((one) => [`create ${one}`, `delete ${one}`]), 'create pods/exec'].sort();
  t.deepEqual(await writes('traffic'), wanted);
  t.deepEqual(await writes('conformance'), wanted);
  t.deepEqual(await writes('cluster'), []);
  const traffic = await said('traffic');
  t.regex(traffic, /in a cluster a namespace with pods is made, and removed/);
  t.regex(traffic, /To send traffic and to follow it, as root[\s\S]*ovs-appctl ofproto\/trace/);
  t.regex(await said('traffic', '--sudoers'), /a login as root can/);
  t.notRegex(await said('node'), /To send traffic/);
});

test('the sudoers file has no wildcard but classes of single characters', async (t) => {
  const text = await said('--sudoers', '--user', '%sre');
  const rules = text.split('\n').filter((line) => line.startsWith('%sre'));
  t.true(rules.length > 10);
  for (const rule of rules) {
    const [, args = ''] = /NOPASSWD: \/usr\/\*bin\/[a-z-]+ (.*)$/.exec(rule) ?? [];
    t.not(args, '', rule);
    t.notRegex(args.replace(/\\\\\\\\|\\./g, ''), /[*?]/, rule);
    t.notRegex(rule, /NOPASSWD: \S*chroot/);
  }
  const { status, stdout, error } = spawnSync('visudo', ['-c', '-f', '-'], { input: text, encoding: 'utf8' });
  if (error === undefined) t.is(status, 0, stdout);
});

test('the rights that reads need', (t) => {
  const list = { kind: 'resource', verb: 'list' } as const;
  t.deepEqual(permissionOf({ path: '/api/v1/nodes' }), { ...list, group: '', resource: 'nodes' });
  t.deepEqual(permissionOf({ path: '/apis/apps/v1/daemonsets' }), {
    ...list,
    group: 'apps',
    resource: 'daemonsets',
  });
  t.deepEqual(permissionOf({ path: '/api/v1/namespaces/kube-system/configmaps/a', single: true }), {
    kind: 'resource',
    verb: 'get',
    group: '',
    resource: 'configmaps',
    namespace: 'kube-system',
    name: 'a',
  });
  t.deepEqual(permissionOf({ path: '/api/v1/namespaces/kube-system', single: true }), {
    kind: 'resource',
    verb: 'get',
    group: '',
    resource: 'namespaces',
    name: 'kube-system',
  });
  t.deepEqual(permissionOf({ path: '/version', single: true }), {
    kind: 'path',
    verb: 'get',
    path: '/version',
  });
});

for (const [args, message] of [
  [['gatway'], /Did you mean 'gateway'/],
  [['--user', 'a b'], /is no name of a user/],
  [['--user', 'ALL\n%x'], /is no name of a user/],
  [['--rbac', '--sudoers'], /cannot be used with/],
  [['-s', 'sriow'], /Did you mean 'sriov'/],
  [['--role', 'dpuu'], /no role is called/],
] as const) {
  test(`permissions ${args.join(' ')}: refused with a hint`, async (t) => {
    const ended = await dpuDoctor(['permissions', '--sudoers', ...args]);
    t.is(ended.code, 3);
    t.regex(ended.stderr, message);
    assertCivil(t, ended);
  });
}
