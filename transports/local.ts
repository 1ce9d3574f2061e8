import { type Begun, runProcess } from './process.ts';
import type { Transport } from './transport.ts';

/** What this machine is asked by. */
export const LOCAL_SHELL = ['sh'] as const;

/** This machine. A shell that was begun before with the very script that is first to be run is taken for it. */
export function localTransport(begun?: Begun): Transport {
  let first = begun;
  return {
    uri: 'local:',
    run(script, options) {
      const there = first;
      first = undefined;
      if (there?.script === script) return there.listen(options);
      there?.end();
      return runProcess(LOCAL_SHELL, script, options);
    },
    close: async () => first?.end(),
  };
}
