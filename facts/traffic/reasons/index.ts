import { controllerDown, switchDown, switchDownBeyond } from './daemons.ts';
import { flowDrops, tunnelUnreachable } from './flows.ts';
import { deviceDrops, queueDrops } from './queues.ts';
import { portInError, portMissing, portUnbound, representorDown } from './representor.ts';
import type { Finder, Finding, Scene } from './scene.ts';
import { tooLong } from './size.ts';
import { encapWrong, uplinkBroken } from './underlay.ts';

/** What explains most, and certainly, comes first: the first that is found is the reason. */
const FINDERS: readonly Finder[] = [
  switchDown,
  portMissing,
  representorDown,
  portInError,
  portUnbound,
  uplinkBroken,
  encapWrong,
  tunnelUnreachable,
  tooLong,
  flowDrops,
  queueDrops,
  deviceDrops,
  switchDownBeyond,
  controllerDown,
];

/** What the place of a loss shows; undefined where it shows nothing. */
export function findReason(scene: Scene): Finding | undefined {
  if (scene.loss.lost === undefined && scene.loss.last === undefined) return undefined;
  for (const find of FINDERS) {
    const found = find(scene);
    if (found !== undefined) return found;
  }
  return undefined;
}
