import { record } from '../json.ts';
import { defineClusterFact } from './fact.ts';
import { type Condition, conditionsOf, namedObjects, type ObjectIdentity } from './objects.ts';

/** A kind that was added to the API. Its name is `<plural>.<group>`. */
export interface CustomResourceDefinition extends ObjectIdentity {
  /** Established where objects of the kind can be made; undefined while the API server has said nothing yet. */
  readonly established: Condition | undefined;
}

export const customResourceDefinitions = defineClusterFact({
  title: 'CustomResourceDefinitions',
  lists: { definitions: { path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions' } },
  parse: (answers): readonly CustomResourceDefinition[] =>
    namedObjects(answers.definitions).map(({ object, id }) => ({
      ...id,
      established: conditionsOf(record(object['status'])).find(({ type }) => type === 'Established'),
    })),
});
