import { record, text } from '../json.ts';
import { defineClusterFact } from './fact.ts';
import { namedObjects } from './objects.ts';

export interface Namespace {
  readonly name: string;
  /** Active or Terminating. */
  readonly phase: string;
}

export const namespaces = defineClusterFact({
  title: 'namespaces',
  lists: { namespaces: { path: '/api/v1/namespaces' } },
  parse: (answers): readonly Namespace[] =>
    namedObjects(answers.namespaces).map(({ object, id }) => ({
      name: id.name,
      phase: text(record(object['status']), 'phase'),
    })),
});
