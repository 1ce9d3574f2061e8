import { ovsVsctl } from '../bluefield/dpu.ts';
import { waitUntilPlumbed } from '../bluefield/settle.ts';
import { type Fault, fault } from './fault.ts';
import { pairOf, restartVswitchd } from './ovs-daemons.ts';

const BLUEFIELD = ['bluefield'] as const;

export const ovsSettingFaults: Fault[] = [...offloadFaults(), ...externalIdFaults()];

function offloadFaults(): Fault[] {
  const set = (value: string) => `set Open_vSwitch . other_config:hw-offload=${value}`;
  const unset = 'remove Open_vSwitch . other_config hw-offload';
  const offload = (name: string, summary: string, before: string[], after: string[]) =>
    fault(BLUEFIELD, name, summary, async (lab, { pair }) => {
      const { dpu } = lab.pair(pair);
      const restart = () => restartVswitchd(lab, dpu, pairOf(lab, pair));
      if (before.length > 0) {
        await ovsVsctl(dpu, before);
        await restart();
      }
      if (after.length > 0) await ovsVsctl(dpu, after);
      return async () => {
        await ovsVsctl(dpu, [set('true')]);
        if (before.length > 0) await restart();
      };
    });
  return [
    offload('hw-offload-unset', 'hw-offload is not set, and ovs-vswitchd was started so', [unset], []),
    offload('hw-offload-false', 'hw-offload is false, and ovs-vswitchd was started so', [set('false')], []),
    offload(
      'hw-offload-set-after-start',
      'hw-offload became true after ovs-vswitchd started; OVS 3.1 takes that up at once',
      [set('false')],
      [set('true')],
    ),
    offload(
      'hw-offload-still-in-effect',
      'hw-offload is false but was true when ovs-vswitchd started',
      [],
      [set('false')],
    ),
  ];
}

function externalIdFaults(): Fault[] {
  const changed = (name: string, summary: string, command: (key: string, value: string) => string) =>
    fault(BLUEFIELD, name, summary, async (lab, { pair, key = 'host-k8s-nodename', value = 'wrong' }) => {
      const { dpu } = lab.pair(pair);
      const old = (await dpu.sh(`ovs-vsctl --timeout=20 get Open_vSwitch . external_ids:${key}`)).trim();
      await ovsVsctl(dpu, [command(key, value)]);
      return async () => {
        await ovsVsctl(dpu, [`set Open_vSwitch . 'external_ids:${key}=${old}'`]);
        await waitUntilPlumbed(lab, [pairOf(lab, pair)], { control: false });
      };
    });
  return [
    changed(
      'external-id-missing',
      'external_ids lacks a key (key: host-k8s-nodename)',
      (key) => `remove Open_vSwitch . external_ids ${key}`,
    ),
    changed(
      'external-id-wrong',
      'external_ids has a wrong value (key: host-k8s-nodename, value: wrong)',
      (key, value) => `set Open_vSwitch . 'external_ids:${key}="${value}"'`,
    ),
  ];
}
