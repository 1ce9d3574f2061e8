import { defineFact, json } from '../../facts/fact.ts';
import * as read from '../../facts/json.ts';
import { processes } from '../../facts/processes.ts';
import { command } from '../../facts/sources.ts';
import type { Neighbour } from '../../facts/traffic/reasons/scene.ts';

/** What is around Open vSwitch on a node: whether OVN works on it, and whom the kernel knows beside it. */
export const surroundings = defineFact({
  title: 'processes and neighbours',
  sources: { ...processes.sources, neighbours: command(['ip', '-j', 'neigh', 'show']) },
  parse: ({ neighbours, ...own }) => ({
    controllerRuns: processes
      .parse(own)
      .some(({ name, state }) => name === 'ovn-controller' && state !== 'Z'),
    neighbours: read.records(json(neighbours)).map(
      (entry): Neighbour => ({
        address: read.text(entry, 'dst'),
        device: read.text(entry, 'dev'),
        ...(read.text(entry, 'lladdr') === '' ? {} : { mac: read.text(entry, 'lladdr') }),
        states: read.texts(entry['state']),
      }),
    ),
  }),
});
