import { optionalText, record, text } from '../json.ts';
import { defineClusterFact } from './fact.ts';
import { namedObjects, type ObjectIdentity } from './objects.ts';

/** A NetworkAttachmentDefinition of Multus. */
export interface NetworkAttachment extends ObjectIdentity {
  /** Annotation k8s.v1.cni.cncf.io/resourceName: the device plugin's resource whose devices its pods get. */
  readonly resourceName: string | undefined;
  /** CNI's configuration as it was written: JSON where it is right. */
  readonly config: string;
}

/** Undefined where the kind is not installed. */
export const networkAttachments = defineClusterFact({
  title: 'NetworkAttachmentDefinitions',
  lists: {
    attachments: { path: '/apis/k8s.cni.cncf.io/v1/network-attachment-definitions', optional: true },
  },
  parse: ({ attachments }): readonly NetworkAttachment[] | undefined =>
    attachments &&
    namedObjects(attachments).map(({ object, metadata, id }) => ({
      ...id,
      resourceName: optionalText(record(metadata['annotations']), 'k8s.v1.cni.cncf.io/resourceName'),
      config: text(record(object['spec']), 'config'),
    })),
});
