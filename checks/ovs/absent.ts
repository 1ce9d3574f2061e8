import { evidence } from '../../facts/fact.ts';
import { defineCheck, verdictOf } from '../define.ts';
import { ofOpenVSwitch } from './common.ts';

export const absent = defineCheck({
  id: 'ovs/absent',
  title: 'the DPU host has no Open vSwitch',
  description: 'A second Open vSwitch on the host takes packets that the DPU is to switch.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['ovs'],
  covers: ['A16', 'D7'],
  requires: ['ovsInstallation', 'processes'],
  messages: {
    RUNNING: {
      text: 'Open vSwitch runs on the DPU host: {daemon}, process {pid}',
      cause: "Packet processing is handled by the DPU's eSwitch.",
      remedy: 'Stop it and remove its packages: systemctl disable --now openvswitch-switch',
    },
    INSTALLED: {
      text: 'Open vSwitch is installed on the DPU host: {what}',
      cause: 'The Worker-host should not have Open vSwitch(OVS) installed.',
      remedy: 'Remove it: apt-get remove openvswitch-switch openvswitch-common (dnf remove openvswitch)',
      source: 'seed A L54',
    },
  },
  docs: ['seed A L54', 'seed D L79'],
  judge({ facts: { ovsInstallation, processes }, report }) {
    const daemons = ofOpenVSwitch(processes).filter(
      ({ name }) => name === 'ovs-vswitchd' || name === 'ovsdb-server',
    );
    const running = daemons.map(({ name, pid, args }) =>
      report('RUNNING', {
        subject: name,
        args: { daemon: name, pid },
        observed: `process ${pid}: ${args.join(' ')}`,
        expected: `no ${name}`,
        evidence: [evidence(`/proc/${pid}/cmdline`, args.join(' '))],
      }),
    );
    // The programs say it as well where the packages are unknown, as on an image without documentation.
    const { packages, programs } = ovsInstallation;
    const installed = (packages.length > 0 ? packages : programs).map((path) =>
      report('INSTALLED', {
        subject: path.split('/').at(-1) ?? path,
        args: { what: path },
        observed: `${path} exists`,
        expected: 'no package openvswitch-switch, openvswitch-common or openvswitch',
        evidence: [evidence(`ls -d ${path}`, path)],
      }),
    );
    return verdictOf(
      [...running, ...installed],
      [
        evidence(
          'ls -d /usr/share/doc/openvswitch*; command -v ovs-vswitchd ovsdb-server ovs-vsctl',
          'nothing',
        ),
        evidence('processes in /proc', 'no ovs-vswitchd and no ovsdb-server'),
      ],
    );
  },
});
