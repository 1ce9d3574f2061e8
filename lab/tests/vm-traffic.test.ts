import test, { type ExecutionContext } from 'ava';
import { downVm, upVm, type Vm } from '../vm/index.ts';
import { namespaceOf, type Streamed, stream } from './stream.ts';
import { broken, sh } from './vm.ts';

/*
 * The kernel's datapath with TC between two pods, and netdevsim where the hardware would be. Whatever it shows, it proves
 * no offload; that packets are in software, it does.
 */
const NAME = `test-vm-traffic-${process.pid}`;
let vm: Vm;

test.before(async () => {
  vm = await upVm({ name: NAME, profile: 'dpu' });
});
test.after.always(() => downVm(NAME));

const podsStream = (): Promise<Streamed> =>
  stream(
    vm.inventoryFile,
    namespaceOf(NAME, 'pod1', ['10.244.1.5']),
    namespaceOf(NAME, 'pod2', ['10.244.1.6']),
  );

/** What the last look at the client's representor showed of the connection's flows. */
function assertSent(t: ExecutionContext, { observation }: Streamed): void {
  const [client] = observation.directions;
  t.like(client, { representor: 'pf0vf1', dpu: NAME, failure: undefined });
  t.true((client?.packets ?? 0) > 2000, `${client?.packets} packets`);
  t.true(observation.bytes > 1_000_000);
  t.true((client?.samples.length ?? 0) >= 3, 'before, meanwhile and after');
  t.true(client?.samples.every(({ software, cut }) => software !== undefined && !cut));
}

test.serial("flows in netdevsim's eswitch look offloaded, and are not called so", async (t) => {
  const streamed = await podsStream();
  assertSent(t, streamed);
  const [client] = streamed.observation.directions;
  const flows = client?.samples.flatMap((sample) => sample.flows) ?? [];
  t.true(
    flows.some(({ offloaded, layer, packets }) => offloaded === 'yes' && layer === 'tc' && packets > 100),
  );
  const seen = client?.samples.map(({ software }) => software?.rx ?? 0) ?? [];
  t.true((seen.at(-1) ?? 0) - (seen[0] ?? 0) < 100, 'the representor is quiet');
  t.is(streamed.judged.verdict, 'simulated');
  t.is(streamed.verdict.kind, 'not-applicable');
  t.regex(streamed.verdict.kind === 'not-applicable' ? streamed.verdict.why : '', /port of netdevsim/);
});

const CASES = [
  ['representor-no-offload', 'TC_OFF', 'tc'],
  ['tc-policy-skip-hw', 'KEPT_OUT', 'tc'],
  ['hw-offload-false', 'OFF', 'ovs'],
  ['hw-offload-unset', 'NOT_SET', 'ovs'],
] as const;

for (const [fault, code, layer] of CASES) {
  test.serial(`${fault}: in software, and why`, async (t) => {
    const streamed = await broken(vm, fault, podsStream);
    assertSent(t, streamed);
    t.is(streamed.judged.verdict, 'in-software');
    const proof = streamed.judged.directions[0];
    t.is(proof?.verdict, 'in-software');
    t.true(proof?.flows.some((flow) => flow.layer === layer && flow.offloaded === undefined));
    t.is(streamed.verdict.kind, 'findings');
    const findings = streamed.verdict.kind === 'findings' ? streamed.verdict.findings : [];
    t.deepEqual([...new Set(findings.map((finding) => finding.code))], [code]);
    t.regex(findings[0]?.message ?? '', /^what .*:pod1 sends is forwarded in software: /);
  });
}

test.serial('a flow that the hardware does not take is in software, and no setting is blamed', async (t) => {
  const match = 'priority=200,tcp,dl_dst=0a:58:0a:f4:01:06';
  try {
    await sh(vm, `ovs-ofctl add-flow br-int ${match},actions=output:pf0vf2,output:ovn-k8s-mp0`);
    const { judged, verdict } = await podsStream();
    t.is(judged.directions[0]?.verdict, 'in-software', judged.directions[0]?.why);
    const codes = verdict.kind === 'findings' ? verdict.findings.map(({ code }) => code) : [];
    t.true(
      codes.length > 0 && codes.every((code) => code === 'NO_REASON' || code === 'REFUSED'),
      codes.join(),
    );
  } finally {
    await sh(vm, `ovs-ofctl --strict del-flows br-int ${match}`);
  }
});

test.serial('a second datapath in user space hides no flow of the first', async (t) => {
  try {
    await sh(
      vm,
      `modprobe tun
ovs-vsctl --timeout=15 add-br br-user -- set Bridge br-user datapath_type=netdev
until_true 10 sh -c 'ovs-appctl dpctl/dump-dps | grep -q netdev@'`,
    );
    const streamed = await broken(vm, 'representor-no-offload', podsStream);
    assertSent(t, streamed);
    t.is(streamed.judged.verdict, 'in-software');
  } finally {
    await sh(vm, 'ovs-vsctl --timeout=15 --if-exists del-br br-user');
  }
});
