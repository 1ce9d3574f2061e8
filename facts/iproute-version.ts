import { defineFact, succeeded } from './fact.ts';
import { command } from './sources.ts';

/** iproute2's version, as `ip -V` prints it. */
export interface IprouteVersion {
  /** iproute2-6.1.0, or iproute2-ss170501 in releases up to 4.20, which are named by date. */
  readonly text: string;
}

export const iprouteVersion = defineFact({
  title: 'version of iproute2',
  sources: { version: command(['ip', '-V']) },
  parse: ({ version }): IprouteVersion => ({
    text: /iproute2-[\w.+~-]+/.exec(`${succeeded(version)}${version.stderr}`)?.[0] ?? '',
  }),
});
