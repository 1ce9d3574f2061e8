import test from 'ava';
import { bluefieldCluster } from '../../../lab/kubernetes/clusters/bluefield.ts';
import { changed, codesOf, judgeCluster } from '../../helpers/judge-cluster.ts';

/** The DPU's lease as a DPU writes it whose clock is this much ahead of the others'. */
const judge = (seconds: number) => {
  const now = new Date();
  const objects = bluefieldCluster({ now });
  const written = new Date(now.getTime() + seconds * 1000).toISOString().replace('Z', '000Z');
  const skewed = changed(objects, 'Lease', /^ovn-dpu-dpu-host$/, ({ spec }) =>
    Object.assign(spec as object, { renewTime: written }),
  );
  return judgeCluster('ovnkube/dpu-lease', skewed, 'dpu-host');
};

test("a lease out of the future tells of the DPU's clock, and that it was renewed a moment ago does not", (t) => {
  t.is(judge(0).kind, 'pass');
  t.is(judge(20).kind, 'pass');
  const judgement = judge(86_400);
  t.deepEqual(codesOf(judgement), ['AHEAD']);
  t.is(judgement.kind === 'findings' ? judgement.findings[0]?.level : undefined, 'warn');
  t.deepEqual(codesOf(judge(-86_400)), ['EXPIRED']);
});
