export {
  ECHO_PORT,
  type MadePods,
  type MadeService,
  type MakePods,
  type ObjectOptions,
  type WantedPod,
} from './pods.ts';
