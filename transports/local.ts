import { runProcess } from './process.ts';
import type { Transport } from './transport.ts';

/** This machine. */
export function localTransport(): Transport {
  return {
    uri: 'local:',
    run: (script, options) => runProcess(['sh'], script, options),
    close: async () => {},
  };
}
