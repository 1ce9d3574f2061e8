import type { AnyPathCheck } from '../checks/define-path.ts';
import type { PathMeasurement } from '../facts/traffic/measurement.ts';
import { type Path, pathTitle } from '../facts/traffic/path.ts';
import { resultBase } from './judge.ts';
import type { Result } from './report.ts';
import type { Said } from './said.ts';

/** What a check said of a path, as a result of the sender's node. */
export function resultOf(check: AnyPathCheck, measurement: PathMeasurement, said: Said): Result {
  const { path } = measurement;
  const measured = measurement[check.measures];
  return {
    ...resultBase(check),
    target: path.from.node,
    path: { id: path.id, title: pathTitle(path), nodes: nodesOf(path) },
    ...said,
    durationMs: measured?.ok ? measured.value.durationMs : 0,
  };
}

/** The targets that a path runs over, as far as they are known. */
export const nodesOf = ({ from, to }: Path): readonly string[] => [
  ...new Set(
    [from.node, from.dpu, to.node ?? to.endpoint?.node, to.endpoint?.dpu].filter(
      (name) => name !== undefined,
    ),
  ),
];

/** Streams are sent over some of the paths only: the others are no error of the check that judges streams. */
export const isMeasuredFor = (check: AnyPathCheck, measurement: PathMeasurement): boolean =>
  check.concerns(measurement.path) && (check.measures !== 'stream' || measurement.stream !== undefined);
