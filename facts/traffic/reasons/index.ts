import { controllerDown, switchDown, switchDownBeyond } from './daemons.ts';
import {
  duplicateAddress,
  interfaceDown,
  mtuApart,
  neverSent,
  nextHopSilent,
  noRoute,
  notAsGiven,
  notTaken,
  sendingRefused,
} from './ends.ts';
import { flowDrops, tunnelUnreachable } from './flows.ts';
import { neighbourWrong } from './neighbour.ts';
import { hostRepresentorDown, noPatch } from './outside.ts';
import { deviceDrops, queueDrops } from './queues.ts';
import {
  claimedTwice,
  flowsGone,
  portInError,
  portMissing,
  portUnbound,
  representorDown,
} from './representor.ts';
import type { Finder, Finding, Scene } from './scene.ts';
import { tooLong, tooNarrow } from './size.ts';
import { encapWrong, uplinkBroken, vlanApart } from './underlay.ts';

/** What explains most, and certainly, comes first: the first that is found is the reason. */
const FINDERS: readonly Finder[] = [
  switchDown,
  portMissing,
  interfaceDown,
  claimedTwice,
  duplicateAddress,
  notAsGiven,
  representorDown,
  portInError,
  flowsGone,
  portUnbound,
  noPatch,
  uplinkBroken,
  hostRepresentorDown,
  vlanApart,
  encapWrong,
  tunnelUnreachable,
  noRoute,
  mtuApart,
  tooNarrow,
  flowDrops,
  neighbourWrong,
  queueDrops,
  sendingRefused,
  tooLong,
  deviceDrops,
  nextHopSilent,
  notTaken,
  neverSent,
  switchDownBeyond,
  controllerDown,
];

/** What is certain wherever the packets vanish: so few may be lost that no counter tells where. */
const ANYWHERE: readonly Finder[] = [claimedTwice, duplicateAddress, queueDrops, sendingRefused];

/** What the place of a loss shows; undefined where it shows nothing. */
export function findReason(scene: Scene): Finding | undefined {
  const isPlaced = scene.loss.lost !== undefined || scene.loss.last !== undefined;
  for (const find of isPlaced ? FINDERS : ANYWHERE) {
    const found = find(scene);
    if (found !== undefined) return found;
  }
  return undefined;
}
