import test from 'ava';
import { execa } from 'execa';

test('the results that stand in no catalogue are explained as well', async (t) => {
  for (const [id, said] of [
    ['target/reachable', /the node can be examined.*the cluster can be examined/],
    ['target/nodes', /nodes are known/],
  ] as const) {
    const { stdout, exitCode } = await execa(process.execPath, ['bin/dpu-doctor.ts', 'explain', id]);
    t.is(exitCode, 0);
    t.regex(stdout, said);
  }
});
