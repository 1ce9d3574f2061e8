import { records, text, texts } from '../json.ts';
import { defineClusterFact } from './fact.ts';
import { namedObjects } from './objects.ts';

/** One webhook that the API server asks before it lets something happen. */
export interface ValidatingWebhook {
  /** The ValidatingWebhookConfiguration that has it. */
  readonly configuration: string;
  readonly name: string;
  /** Such as `nodes/status`. */
  readonly resources: readonly string[];
  /** Fail where nothing happens without its answer; Ignore. */
  readonly failurePolicy: string;
}

export const webhooks = defineClusterFact({
  title: 'validating webhooks',
  lists: {
    configurations: { path: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations' },
  },
  parse: (answers): readonly ValidatingWebhook[] =>
    namedObjects(answers.configurations).flatMap(({ object, id }) =>
      records(object['webhooks']).map((webhook) => ({
        configuration: id.name,
        name: text(webhook, 'name'),
        resources: records(webhook['rules']).flatMap((rule) => texts(rule['resources'])),
        failurePolicy: text(webhook, 'failurePolicy'),
      })),
    ),
});
