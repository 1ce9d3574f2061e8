import path from 'node:path';
import { type RunOptions, run } from '../../netns/run.ts';
import { type Apt, unpack } from '../../vm/build/apt.ts';

const VERSION = '1.19';

/** A Go compiler that is not installed. */
export interface Go {
  (cwd: string, args: readonly string[], options?: RunOptions): Promise<string>;
  /** The GOPATH, below which the source has to be. */
  readonly path: string;
}

/** Unpacks Debian's compiler beside the machine's own. */
export async function unpackGo(apt: Apt, work: string): Promise<Go> {
  const tree = path.join(work, 'go-root');
  await unpack(await apt.download([`golang-${VERSION}-go`, `golang-${VERSION}-src`]), tree);
  const root = path.join(tree, 'usr/lib', `go-${VERSION}`);
  const gopath = path.join(work, 'go');
  const env = {
    GOROOT: root,
    GOPATH: gopath,
    GOCACHE: path.join(work, 'go-cache'),
    GO111MODULE: 'off',
    CGO_ENABLED: '0',
    HOME: work,
    PATH: `${root}/bin:/usr/bin:/bin`,
  };
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const go = async (cwd: string, args: readonly string[], options?: RunOptions) => {
    // Kind to whoever works on the machine meanwhile.
    const argv = ['nice', 'env', '-C', cwd, '-i', ...assignments, ...args];
    const { exitCode, stdout, stderr } = await run(argv, options);
    if (exitCode !== 0)
      throw new Error(`${args.join(' ').slice(0, 200)}: exit ${exitCode}: ${stderr.slice(-4000)}`);
    return stdout;
  };
  return Object.assign(go, { path: gopath });
}
