import { commandFailure, defineFact, type FactFailure, json } from './fact.ts';
import * as read from './json.ts';
import { command } from './sources.ts';

/** What drivers tell of the health of their devices (devlink-health(8)). */
export interface DevlinkHealth {
  /** Why devlink tells nothing: not installed, or older than health reporters. Then the rest is empty. */
  readonly unavailable: FactFailure | undefined;
  readonly reporters: readonly HealthReporter[];
}

export interface HealthReporter {
  /** Handle of the device, or of one of its ports. */
  readonly device: string;
  /** fw, fw_fatal, tx, rx … */
  readonly name: string;
  /** healthy or error. */
  readonly state: string;
}

export const devlinkHealth = defineFact({
  title: 'health reporters of devlink',
  sources: { show: command(['devlink', '-j', 'health', 'show']) },
  parse({ show }): DevlinkHealth {
    if (show.exitCode !== 0) return { unavailable: commandFailure(show), reporters: [] };
    const devices = Object.entries(read.record(read.record(json(show))['health']));
    const reporters = devices.flatMap(([device, list]) =>
      read.records(list).map((one) => ({
        device,
        name: read.text(one, 'reporter'),
        state: read.text(one, 'state'),
      })),
    );
    return { unavailable: undefined, reporters };
  },
});
