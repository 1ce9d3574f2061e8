import { FactError } from '../fact.ts';
import { optionalText, record } from '../json.ts';
import { defineClusterFact } from './fact.ts';

/** The API server's version, such as `v1.34.0`. */
export const version = defineClusterFact({
  title: 'version of the API server',
  lists: { version: { path: '/version', single: true } },
  parse(answers): string {
    const found = optionalText(record(answers.version[0]), 'gitVersion');
    if (found !== undefined) return found;
    throw new FactError({ code: 'unparsable', message: '/version was expected to have a gitVersion' });
  },
});
