import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Side } from './measure.ts';

/* wait4(2) tells the peak of a child and of the children that it has waited for itself, in kibibytes. */
const PEAK = `
import os, sys
child = os.fork()
if child == 0:
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.execvp(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(child, 0)
print(usage.ru_maxrss, os.waitstatus_to_exitcode(status))
`;

/** Bytes of memory that a command had at most, in one run of it; throws where it ends with an exit code it should not. */
export async function peakMemory(side: Side): Promise<number> {
  const { stdout } = await promisify(execFile)('python3', ['-c', PEAK, ...side.argv]);
  const [kibibytes = Number.NaN, code = -1] = stdout.trim().split(' ').map(Number);
  if (!(side.exitCodes ?? [0]).includes(code)) throw new Error(`${side.what}: exit code ${code}`);
  return kibibytes * 1024;
}
