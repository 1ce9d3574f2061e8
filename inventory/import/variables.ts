import { createHash } from 'node:crypto';
import { readDocument } from '../document.ts';
import { InventoryError } from '../error.ts';
import type { Inventory } from '../node.ts';
import { type Assignment, readAssignments } from './shell.ts';

/** The lists of scripts/variables.sh (seed S L38-43) whose nodes concern a check, and the role of these. */
const ROLE_OF_LIST = {
  INFRA_CTRL_LIST: 'control-plane',
  INFRA_DPU_LIST: 'dpu',
  TENANT_CTRL_LIST: 'control-plane',
  TENANT_DPU_HOST_LIST: 'dpu-host',
  TENANT_WORKER_LIST: 'worker',
} as const;

const GATEWAYS = 'GATEWAY_LIST';

const LISTS = [GATEWAYS, ...Object.keys(ROLE_OF_LIST)];

/** Scalars of the file that tell what to expect. */
const EXPECTATION_OF_SCALAR: Readonly<Record<string, string>> = {
  NUM_VF: 'testbed-vfs',
  IF1: 'testbed-management-interface',
  IF2: 'testbed-data-interface',
  TAP_0: 'testbed-vf0-interface',
  BRIDGE_NAME: 'testbed-bridge',
};

const IS_VARIABLES = new RegExp(`^[ \\t]*(?:${LISTS.join('|')})\\+?=\\(`, 'm');

/** Whether a text is scripts/variables.sh of the software testbed. */
export const isVariables = (text: string): boolean => IS_VARIABLES.test(text);

/**
 * The virtual machines of the software testbed. The script is read as text and never run. They are reached over SSH by
 * their names; a DPU and a DPU host at the same place of their lists are a pair, as deployment.sh takes them.
 *
 * @throws {InventoryError}
 */
export function importVariables(file: string, text: string): Inventory {
  const assignments = readAssignments(file, text, [...LISTS, ...Object.keys(EXPECTATION_OF_SCALAR)]);
  const list = (name: string): readonly string[] => assignments.get(name)?.words ?? [];
  const hosts = list('TENANT_DPU_HOST_LIST');
  const dpus = list('INFRA_DPU_LIST');
  if (hosts.length !== dpus.length) {
    throw new InventoryError(
      `${place(file, assignments.get('TENANT_DPU_HOST_LIST'))}: ${hosts.length} DPU hosts in TENANT_DPU_HOST_LIST and ${dpus.length} DPUs in INFRA_DPU_LIST`,
      'The lists are paired by order, so both must be of one length.',
    );
  }
  const expect = {
    ...expectations(file, assignments),
    'testbed-variables-sha256': createHash('sha256').update(text).digest('hex'),
  };
  const entries = Object.entries(ROLE_OF_LIST).flatMap(([name, role]) =>
    list(name).map((node, index) => ({
      where: place(file, assignments.get(name)),
      node: {
        name: node,
        role,
        simulation: 'tap',
        ...(role === 'dpu-host' ? { dpu: dpus[index] } : {}),
        expect,
      },
    })),
  );
  const inventory = readDocument(file, {
    value: { version: 1, nodes: entries.map(({ node }) => node) },
    where: ([, index]) => entries[Number(index)]?.where ?? file,
  });
  return { ...inventory, notes: notes(hosts, dpus, list(GATEWAYS)) };
}

const place = (file: string, assignment: Assignment | undefined): string =>
  assignment === undefined ? file : `${file}:${assignment.line}`;

function expectations(
  file: string,
  assignments: ReadonlyMap<string, Assignment>,
): Readonly<Record<string, string | number>> {
  const given = Object.entries(EXPECTATION_OF_SCALAR).flatMap(
    ([name, expectation]): [string, string | number][] => {
      const [value] = assignments.get(name)?.words ?? [];
      if (value === undefined) return [];
      if (name !== 'NUM_VF') return [[expectation, value]];
      if (!/^\d{1,4}$/.test(value)) {
        throw new InventoryError(
          `${place(file, assignments.get(name))}: NUM_VF is no number`,
          'Set it to the number of VFs of a DPU, such as 20.',
        );
      }
      return [[expectation, Number(value)]];
    },
  );
  return Object.fromEntries(given);
}

function notes(hosts: readonly string[], dpus: readonly string[], gateways: readonly string[]): string[] {
  const pairs = hosts.map((host, index) => `${host} with ${dpus[index]}`).join(', ');
  return [
    ...(pairs === '' ? [] : [`pairs by the order of the lists: ${pairs}`]),
    ...(gateways.length === 0 ? [] : [`left out, as no check concerns a gateway: ${gateways.join(', ')}`]),
    'the hypervisor is not in the file: examine it there with dpu-doctor run --role hypervisor',
  ];
}
