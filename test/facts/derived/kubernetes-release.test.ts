import test from 'ava';
import fc from 'fast-check';
import { kubernetesRelease, oldestKubelet } from '../../../facts/derived/versions.ts';

test('releases of Kubernetes and of its distributions', (t) => {
  const read = (text: string) => String(kubernetesRelease(text));
  t.is(read('v1.25.16'), 'v1.25');
  t.is(read('v1.27.3+rke2r1'), 'v1.27');
  t.is(read('v1.30.1-eks-1234'), 'v1.30');
  t.is(read('1.34'), 'v1.34');
  for (const text of ['', 'v1', 'latest', 'v1.x', 'xv1.2.3']) t.is(kubernetesRelease(text), undefined, text);
});

test('a kubelet may be three minor versions older, and two before 1.25', (t) => {
  const oldest = (server: string, kubelet: string) => {
    const [a, b] = [kubernetesRelease(server), kubernetesRelease(kubelet)];
    return a && b && String(oldestKubelet(a, b));
  };
  t.is(oldest('v1.34.0', 'v1.31.2'), 'v1.31');
  t.is(oldest('v1.28.0', 'v1.25.2'), 'v1.25');
  t.is(oldest('v1.27.0', 'v1.24.2'), 'v1.25');
  t.is(oldest('v1.26.0', 'v1.24.2'), 'v1.24');
  t.is(oldest('v1.1.0', 'v1.0.0'), 'v1.0');
});

test('no version text makes it throw', (t) => {
  fc.assert(fc.property(fc.string(), (text) => kubernetesRelease(text) === undefined || text.includes('.')));
  t.pass();
});
