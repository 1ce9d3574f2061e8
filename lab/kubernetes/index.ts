export { type Answer, KubernetesApi } from './api.ts';
export { storeInBulk } from './bulk.ts';
export {
  type BluefieldClusterOptions,
  type BluefieldPair,
  bluefieldCluster,
} from './clusters/bluefield.ts';
export { type KindVethOptions, kindVethCluster } from './clusters/kind-veth.ts';
export { type LargeClusterOptions, largeCluster } from './clusters/large.ts';
export { type ExecResult, execInPod, type PodContainer } from './exec.ts';
export type { PolicyRule } from './identity.ts';
export {
  downKubernetesLab,
  KubernetesLab,
  type KubernetesLabOptions,
  openKubernetesLab,
  upKubernetesLab,
} from './lab.ts';
export { BUSYBOX_IMAGE } from './node/images.ts';
export type { KubernetesObject, Metadata } from './objects.ts';
export { type Staged, stageCluster } from './stage.ts';
