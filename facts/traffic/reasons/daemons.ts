import { evidence } from '../../fact.ts';
import { type ChassisScene, concerned, type Finder, type Finding } from './scene.ts';

export const switchDown: Finder = (scene) =>
  concerned(scene)
    .map(downOn)
    .find((found) => found !== undefined);

/**
 * A dead ovs-vswitchd further on answers no request for the tunnel's neighbour: packets may then vanish on this side
 * already, where nothing is wrong.
 */
export const switchDownBeyond: Finder = (scene) => {
  for (const one of scene.chassis.values()) {
    const found = downOn(one);
    const at = scene.readings.find(
      ({ hop }) =>
        hop.node === one.chassis.target &&
        hop.direction === scene.loss.lost?.direction &&
        (hop.kind === 'tunnel' || hop.kind === 'ovs-port'),
    )?.hop;
    if (found !== undefined && at !== undefined) return { ...found, at };
  }
  return undefined;
};

function downOn({ chassis, switchFailure }: ChassisScene): Finding | undefined {
  if (switchFailure === undefined) return undefined;
  const { code, evidence: said } = switchFailure;
  const what = code === 'timeout' ? 'ovs-vswitchd does not answer' : 'ovs-vswitchd is not running';
  return {
    reason: `${what} on ${chassis.target}`,
    remedy: `Look why, and start it again, on ${chassis.target}: systemctl restart openvswitch-switch (openvswitch on RHEL)`,
    evidence: said === undefined ? [] : [said],
    reach: 'node',
  };
}

/** Flows of a dead ovn-controller stay where they are, so it explains only what nothing else does. */
export const controllerDown: Finder = (scene) => {
  const dead = concerned(scene).find(({ controllerRuns }) => controllerRuns === false);
  if (dead === undefined) return undefined;
  const { target } = dead.chassis;
  return {
    reason: `ovn-controller is not running on ${target}`,
    remedy: `Look at the last lines of its log, and start it again: the container ovn-controller of the pod ovnkube-node on ${target}.`,
    evidence: [evidence(`processes of ${target}`, 'no ovn-controller')],
    reach: 'node',
  };
};
