import { stringify } from 'yaml';
import type { Profile, SshTarget } from './types.ts';

/** The inventory of one machine, in dpu-doctor's own format. */
export function inventory(name: string, role: Profile, ssh: SshTarget): string {
  return stringify({ version: 1, nodes: [{ name, role, ssh }] });
}
