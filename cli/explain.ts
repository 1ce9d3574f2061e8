import { CHECKS } from '../checks/index.ts';
import { NODES_KNOWN, REACHABLE } from '../runner/said.ts';
import { nearest } from '../suites/nearest.ts';
import { explanation } from './explanation.ts';
import { UsageError } from './usage-error.ts';

/** Prints what a check looks at, what it may say and what to do then. */
export async function explainCommand(id: string): Promise<number> {
  const ofRunner = { [REACHABLE]: REACHABILITY, [NODES_KNOWN]: KNOWN_NODES }[id];
  if (ofRunner !== undefined) {
    process.stdout.write(ofRunner);
    return 0;
  }
  const check = CHECKS.find((candidate) => candidate.id === id);
  if (check === undefined) {
    const ids = CHECKS.map((candidate) => candidate.id);
    // A name without its group is as good as a mistyped id.
    const idOf = new Map(
      ids.flatMap((full) => [[full, full] as const, [full.split('/')[1] ?? full, full] as const]),
    );
    const meant = nearest(id, idOf.keys());
    throw new UsageError(
      `no check is called '${id}'`,
      `${meant === undefined ? '' : `Did you mean '${idOf.get(meant)}'? `}dpu-doctor list shows them all.`,
    );
  }
  process.stdout.write(explanation(check));
  return 0;
}

/** What the runner itself says of a node or a cluster; it stands in no catalogue, for it is judged before any check. */
const REACHABILITY = `# ${REACHABLE}

**the node can be examined**, **the cluster can be examined**

An error of this name says that a node or a cluster could not be asked at all. A node could not be reached, did not let
dpu-doctor in, ran no POSIX shell or did not answer in time; of a cluster, the kubeconfig could not be used, or its API
could not be reached, refused the credentials or did not answer in time. The message says which, and what to do.
Everything that was planned on the node or the cluster is blocked by it, and the others are examined as ever. Where one
answers, there is no such result.
`;

const KNOWN_NODES = `# ${NODES_KNOWN}

**the cluster's nodes are known**

An error of this name says that the API of a cluster answered, but did not list its nodes, mostly because the user of
the kubeconfig may not, or that it has none. What concerns nodes is planned on none of them then; what concerns the cluster as a whole is
examined as ever.
`;
