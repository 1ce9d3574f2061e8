import { CNI_MESSAGES } from './cni.ts';
import { DPU_MESSAGES } from './dpu.ts';
import { GATEWAY_MESSAGES } from './gateway.ts';
import type { KnownMessage } from './known-message.ts';
import { KUBERNETES_MESSAGES } from './kubernetes.ts';
import { type KnownMatch, type Meter, matchMessages } from './match.ts';
import { OVS_MESSAGES } from './ovs.ts';
import { SETTINGS_MESSAGES } from './settings.ts';
import { SRIOV_MESSAGES } from './sriov.ts';

/** Every message whose cause is known, from the most particular to the most general. */
export const KNOWN_MESSAGES: readonly KnownMessage[] = [
  ...GATEWAY_MESSAGES,
  ...SETTINGS_MESSAGES,
  ...CNI_MESSAGES,
  ...DPU_MESSAGES,
  ...SRIOV_MESSAGES,
  ...OVS_MESSAGES,
  ...KUBERNETES_MESSAGES,
];

/** The known messages in an event, a container's last words or the end of a log. */
export const matchKnownMessages = (text: string, meter?: Meter): readonly KnownMatch[] =>
  matchMessages(text, KNOWN_MESSAGES, meter);
