export { makePods } from './make.ts';
export {
  ECHO_PORT,
  type MadePods,
  type MadeService,
  type MakePods,
  type ObjectOptions,
  type WantedPod,
} from './pods.ts';
export { removalCommand } from './remover.ts';
export { type VfNetwork, type VfNetworkOutcome, vfNetworkOn } from './vf-network.ts';
