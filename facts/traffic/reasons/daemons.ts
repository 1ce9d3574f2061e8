import { evidence } from '../../fact.ts';
import { concerned, type Finder } from './scene.ts';

export const switchDown: Finder = (scene) => {
  for (const { chassis, switchFailure } of concerned(scene)) {
    if (switchFailure === undefined) continue;
    const { code, evidence: said } = switchFailure;
    const what = code === 'timeout' ? 'ovs-vswitchd does not answer' : 'ovs-vswitchd is not running';
    return {
      reason: `${what} on ${chassis.target}`,
      remedy: `Look why, and start it again, on ${chassis.target}: systemctl restart openvswitch-switch (openvswitch on RHEL)`,
      evidence: said === undefined ? [] : [said],
      reach: 'node',
    };
  }
  return undefined;
};

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
