import { offloadInForce } from '../../../derived/offload-in-force.ts';
import { evidence } from '../../../fact.ts';
import { type Finder, known, type Reason } from './reason.ts';

/** other_config of Open vSwitch (ovs-vswitchd.conf.db(5)), and whether the daemon has read it. */
export const settings: Finder = ({ proof, direction, facts }, gap) => {
  const ovs = known(facts.ovs, gap);
  if (ovs === undefined) return [];
  const { otherConfig } = ovs.openVSwitch;
  const value = otherConfig.get('hw-offload');
  // Open vSwitch compares without regard to case.
  if (value?.toLowerCase() !== 'true') {
    const said = evidence(
      `${proof.dpu}: ovs-vsctl get Open_vSwitch . other_config:hw-offload`,
      value ?? 'no such key',
    );
    return [{ code: value === undefined ? 'NOT_SET' : 'OFF', what: value ?? '', evidence: [said] }];
  }
  const reasons: Reason[] = [];
  const policy = otherConfig.get('tc-policy');
  if (policy === 'skip_hw') {
    reasons.push({
      code: 'KEPT_OUT',
      what: policy,
      evidence: [evidence(`${proof.dpu}: ovs-vsctl get Open_vSwitch . other_config:tc-policy`, policy)],
    });
  }
  const log = known(facts.ovsOffloadLog, gap);
  const processes = known(facts.processes, gap);
  if (log === undefined || processes === undefined) return reasons;
  const flows = direction.samples.flatMap((sample) => sample.flows);
  const found = offloadInForce(log, flows, processes);
  if (found.inForce === false) {
    reasons.push({ code: 'NOT_RESTARTED', what: '', evidence: found.evidence });
  }
  return reasons;
};
