import { jointTestbed } from './joint/testbed.ts';
import { kubernetesTestbed } from './kubernetes/testbed.ts';
import { netnsTestbed } from './netns/testbed.ts';
import { vmTestbed } from './vm/testbed.ts';

export interface TestbedRequest {
  /** Several labs of one testbed can be up at the same time under different names. */
  name: string;
  stateDir?: string;
  /** Options that only this testbed knows, as they stand on the command line. */
  args: string[];
}

/** A testbed that `npm run lab` can bring up in one process and take down in another. */
export interface Testbed {
  name: string;
  /** Its own options, one line each, for --help. */
  usage: string[];
  /** Makes beforehand what `up` would make at its first call, where that takes long. Returns what to print. */
  build?(): Promise<string>;
  /** Returns what to print: the nodes and how to use them. */
  up(request: TestbedRequest): Promise<string>;
  down(request: TestbedRequest): Promise<void>;
  /** undefined: not up. */
  status(request: TestbedRequest): Promise<string | undefined>;
}

export const testbeds: readonly Testbed[] = [netnsTestbed, vmTestbed, kubernetesTestbed, jointTestbed];
