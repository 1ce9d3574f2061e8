import test from 'ava';
import { execa } from 'execa';

test('the result that stands in no catalogue is explained as well', async (t) => {
  const { stdout, exitCode } = await execa(process.execPath, [
    'bin/dpu-doctor.ts',
    'explain',
    'target/reachable',
  ]);
  t.is(exitCode, 0);
  t.regex(stdout, /the node can be examined/);
});
