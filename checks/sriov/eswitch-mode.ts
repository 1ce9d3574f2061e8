import { isFunctionRepresentor } from '../../facts/derived/dpu-ports.ts';
import { isRepresentor } from '../../facts/derived/gateway.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, undetermined, verdictOf } from '../define.ts';

export const eswitchMode = defineCheck({
  id: 'sriov/eswitch-mode',
  title: "the DPU's eswitch is in switchdev mode",
  description:
    "Only in switchdev mode has the DPU representors of the host's functions. The DPU owns the eswitch: on its host, legacy mode or 'Operation not supported' is normal and not judged.",
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['sriov', 'eswitch', 'devlink', 'offload'],
  covers: ['A24'],
  requires: ['devlink', 'links', 'netdevs'],
  hardware: true,
  messages: {
    LEGACY: {
      text: 'the eswitch of {device} is in legacy mode',
      cause:
        'A BlueField in DPU mode starts in switchdev mode; it was changed, or the change to it has failed.',
      remedy:
        'devlink dev eswitch set {device} mode switchdev; where that is refused, look why: dmesg | grep -i eswitch',
      source: 'devlink-dev(8)',
    },
    INACTIVE: {
      text: 'the eswitch of {device} is in {mode} mode',
      cause: 'It is set up as in switchdev mode, and drops all traffic until it is made active.',
      remedy: 'devlink dev eswitch set {device} mode switchdev',
      source: 'kernel: Documentation/networking/devlink/devlink-eswitch-attr.rst',
    },
    NO_ENCAPSULATION: {
      text: 'the eswitch of {device} has encap-mode {encap}',
      cause:
        'Its hardware takes no flow that goes into a tunnel or comes out of one: traffic between nodes stays in software.',
      remedy:
        'Set it where the hardware knows tunnels, while it has no flows: systemctl stop openvswitch-switch.service; devlink dev eswitch set {device} encap-mode basic; systemctl start openvswitch-switch.service',
      source: 'kernel: Documentation/networking/devlink/devlink-eswitch-attr.rst',
      level: 'warn',
    },
    ONE_LEGACY: {
      text: 'the eswitch of {device} is in legacy mode, and its port carries no OVS bridge',
      cause: 'It may be a port that is not in use.',
      remedy: 'If it is in use: devlink dev eswitch set {device} mode switchdev',
      level: 'warn',
    },
  },
  docs: ['seed A L98-101'],
  judge({ facts: { devlink, links, netdevs }, report }) {
    const told = [...devlink.eswitches.values()].filter(({ mode }) => mode !== undefined);
    const shown = [...netdevs.values()].filter((one) => one.physSwitchId !== undefined && isRepresentor(one));
    const ports = shown.map((one) =>
      evidence(`/sys/class/net/${one.name}/phys_port_name`, `${one.physPortName}: a representor`),
    );
    if (told.length === 0) {
      const asked = [...devlink.eswitches.values()];
      const said = asked.map(({ handle, refused }) =>
        evidence(`devlink -j dev eswitch show ${handle}`, refused ?? 'nothing'),
      );
      // VFs' representors exist in switchdev mode alone; a PF's counts where devlink hides nothing.
      const hidden = asked.find(({ refused }) => refused !== undefined && !NO_ESWITCH.test(refused));
      const proven = shown.some((one) => hidden === undefined || isFunctionRepresentor(one.name, one));
      if (proven) return verdictOf([], ports, 'devlink tells no mode; the representors show it');
      const { unavailable } = devlink;
      if (unavailable !== undefined)
        return undetermined(unavailable.message, unavailable.hint ?? 'Run devlink dev eswitch show.', []);
      if (hidden !== undefined)
        return undetermined(
          `devlink does not tell the mode of the eswitch of ${hidden.handle}`,
          'Log in as root, or allow devlink in sudoers with NOPASSWD.',
          [...said, ...ports],
        );
      return notApplicable('no device here has an eswitch that devlink shows', said);
    }
    const saidOf = ({ handle, mode }: (typeof told)[number]) =>
      evidence(`devlink -j dev eswitch show ${handle}`, `mode ${mode}`);
    const isUsed = (handle: string): boolean =>
      links.some(
        (link) => `pci/${netdevs.get(link.name)?.pciAddress}` === handle && link.master !== undefined,
      );
    const legacy = told.filter(({ mode }) => mode !== 'switchdev');
    const findings = legacy.map((eswitch) => {
      const { handle: device, mode = '' } = eswitch;
      const about = { subject: device, observed: mode, expected: 'switchdev', evidence: [saidOf(eswitch)] };
      if (mode !== 'legacy') return report('INACTIVE', { ...about, args: { device, mode } });
      const code = legacy.length === told.length || isUsed(device) ? 'LEGACY' : 'ONE_LEGACY';
      return report(code, { ...about, args: { device } });
    });
    const bare = told.flatMap((eswitch) => {
      const { handle: device, mode, encap = '' } = eswitch;
      if (mode !== 'switchdev' || !/^(none|disable)$/.test(encap)) return [];
      const said = evidence(`devlink -j dev eswitch show ${device}`, `encap-mode ${encap}`);
      const about = { subject: device, observed: encap, expected: 'basic', evidence: [said] };
      return [report('NO_ENCAPSULATION', { ...about, args: { device, encap } })];
    });
    return verdictOf([...findings, ...bare], told.map(saidOf));
  },
});

/** What the kernel answers for a device that has none; anything else may hide one. */
const NO_ESWITCH = /not supported|No such device|Invalid argument|^nothing$/;
