import test from 'ava';
import type { Endpoint } from '../../facts/traffic/path.ts';
import { judgeOffload } from '../../facts/traffic/proof/offload.ts';
import { type NetnsLab, upNetnsLab } from '../netns/index.ts';
import { waitFor } from '../netns/wait.ts';
import { namespaceOf, type Streamed, stream } from './stream.ts';

/*
 * Pods of two hosts, OVN and geneve between their DPUs, veth pairs for VFs and the datapath in user space: what is sent
 * and what flows count are real, and there is no hardware.
 */
let lab: NetnsLab;
let across: Streamed;

const pod = (pair: number): Endpoint => {
  const { host, dpu } = lab.pair(pair);
  return namespaceOf(host.name, 'pod1', [`10.233.${64 + pair}.4`], dpu.name);
};

test.before(async () => {
  lab = await upNetnsLab({ name: 'test-netns-stream', topology: 'bluefield', pairs: 2, pods: true });
  across = await stream(lab.inventoryFile, pod(1), pod(2));
});

test.after.always(async () => {
  await lab?.down();
});

test('both directions are looked at on their own DPUs, and count what was sent', (t) => {
  const { directions } = across.observation;
  t.deepEqual(
    directions.map(({ sender, dpu, representor, failure }) => [sender, dpu, representor, failure]),
    [
      ['host1:pod1', 'dpu1', 'pf0vf1', undefined],
      ['host2:pod1', 'dpu2', 'pf0vf1', undefined],
    ],
  );
  for (const { packets = 0, samples } of directions) {
    t.true(packets > 2000);
    t.true(samples.length >= 4, 'every second');
    const [first, last] = [samples[0]?.software, samples.at(-1)?.software];
    const seen = (last?.rx ?? 0) - (first?.rx ?? 0);
    // Repeated segments are not among those sent, and packets of the control connection are.
    t.true(seen > 0.8 * packets && seen < 1.5 * packets, `${seen} of ${packets}`);
  }
});

test('veth pairs prove nothing, whatever forwards', (t) => {
  t.is(across.judged.verdict, 'simulated');
  t.is(across.verdict.kind, 'not-applicable');
  t.regex(across.verdict.kind === 'not-applicable' ? across.verdict.why : '', /one end of a veth pair/);
});

test('were it hardware, the same would be in software', (t) => {
  const directions = across.observation.directions.map((one) => ({ ...one, simulated: undefined }));
  const { verdict, directions: proofs } = judgeOffload({ ...across.observation, directions });
  t.is(verdict, 'in-software', proofs.map(({ why }) => why).join('; '));
});

/** What of a stream runs on a host: itself in brackets, the pattern does not find grep. */
const running = (pair: number): Promise<string> =>
  lab.pair(pair).host.sh("ps -eo args | grep -E '[b]usybox nc -|^[c]at /dev/zero' || true");

test.serial('a stream that is interrupted leaves no process behind', async (t) => {
  const stop = new AbortController();
  const streamed = stream(lab.inventoryFile, pod(1), pod(2), { signal: stop.signal });
  const failed = t.throwsAsync(streamed, { message: /interrupted/ });
  await waitFor('the client to send', async () => (await running(1)).includes('nc -p'));
  stop.abort();
  await failed;
  // By itself it would last longer.
  const timeoutMs = 5000;
  for (const pair of [1, 2])
    await waitFor(`the end of all on host${pair}`, async () => (await running(pair)).trim() === '', {
      timeoutMs,
    });
});
