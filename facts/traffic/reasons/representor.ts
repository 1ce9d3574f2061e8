import { describePort, ifaceIdOf } from '../../derived/chain/ovs-ports.ts';
import { troubleOf } from '../../derived/chain/port-link.ts';
import { type Attached, attached, integrationBridgeName } from '../../derived/ovs-topology.ts';
import { evidence } from '../../fact.ts';
import type { Interface, Ovs } from '../../ovs.ts';
import type { Place } from '../hops/places.ts';
import { unknownPortOf } from '../hops/side.ts';
import { type ChassisScene, concerned, type Finder, type Finding, type Scene } from './scene.ts';

/** The places whose ports are on a node where packets vanish, if they vanish beside a port at all. */
function beside(scene: Scene): readonly Place[] {
  const { loss, from, to } = scene;
  const near = new Set(['interface', 'representor', 'ovs-port']);
  const hops = [loss.lost, loss.last].filter((hop) => hop !== undefined && near.has(hop.kind));
  if (hops.length === 0) return [];
  const at = new Set(concerned(scene).map(({ chassis }) => chassis.target));
  const names = new Set(hops.map((hop) => hop?.name));
  const own = [from, ...(to === undefined ? [] : [to])].filter(({ chassis }) => at.has(chassis));
  const named = own.filter(({ port, interface: device, name, node }) =>
    hops.some((hop) =>
      hop?.kind === 'interface'
        ? hop.of === name && hop.name === device
        : hop?.name === (port?.name ?? unknownPortOf(node)),
    ),
  );
  return named.length > 0 ? named : own.filter(({ port }) => port === undefined || names.has(port.name));
}

export const portMissing: Finder = (scene) => {
  const place = beside(scene).find(({ port }) => port === undefined);
  if (place === undefined) return undefined;
  const ovs = scene.chassis.get(place.chassis)?.chassis.ovs;
  if (ovs === undefined) return undefined;
  const bridge = integrationBridgeName(ovs);
  return {
    reason: `${place.ground} on ${place.chassis}`,
    remedy: `Look why ovnkube on ${place.chassis} has not added the representor, and which ports there are: ovs-vsctl show`,
    evidence: [
      evidence(
        `ovs-vsctl list-ports ${bridge}`,
        (ovs.bridges.find(({ name }) => name === bridge)?.ports ?? []).map(({ name }) => name).join(' ') ||
          'no port',
      ),
    ],
    reach: 'endpoint',
  };
};

/** Two ports that name one logical port take it from each other again and again, or leave one of them without flows. */
export const claimedTwice: Finder = (scene) => {
  const known = new Map([
    ...scene.elsewhere,
    ...[...scene.chassis.values()].map(({ chassis: { ovs, target } }) => [target, ovs] as const),
  ]);
  const claims = [...known].flatMap(([target, ovs]) =>
    attached(ovs).flatMap((port) => {
      const id = ifaceIdOf(port);
      return id === undefined || port.bridge.name !== integrationBridgeName(ovs)
        ? []
        : [{ id, port, title: `${port.name} of ${target}`, database: databaseOf(ovs) }];
    }),
  );
  // In an order that is the same wherever one looks from.
  claims.sort((one, other) => (one.title < other.title ? -1 : 1));
  for (const place of [scene.from, scene.to]) {
    const id = place?.port && ifaceIdOf(place.port);
    const ovs = known.get(place?.chassis ?? '');
    const own = claims.filter((claim) => claim.id === id && ovs && claim.database === databaseOf(ovs));
    if (place === undefined || id === undefined || own.length < 2) continue;
    return {
      reason: `${own.map(({ title }) => title).join(' and ')} both claim the logical port ${id}`,
      remedy: `Look whose it is (ovn-sbctl find Port_Binding logical_port=${id}), and remove the port that was left over: ovs-vsctl del-port PORT`,
      evidence: own.map(({ port }) => describePort(port)),
      reach: 'node',
    };
  }
  return undefined;
};

/** Of another cluster the same name is another port's. */
const databaseOf = (ovs: Ovs): string | undefined => ovs.openVSwitch.externalIds.get('ovn-remote');

export const portInError: Finder = (scene) => {
  for (const { port, chassis } of beside(scene)) {
    const trouble = port && troubleOf(port);
    if (port === undefined || trouble === undefined) continue;
    return {
      reason: `the port ${port.name} of ${chassis} is in error: ${trouble}`,
      remedy: `Look at the device on ${chassis}: ip -d link show ${port.name}; ovs-vsctl list Interface ${port.name}`,
      evidence: [describePort(port)],
      reach: 'endpoint',
    };
  }
  return undefined;
};

export const representorDown: Finder = (scene) => {
  for (const { port, chassis } of beside(scene)) {
    const links = scene.chassis.get(chassis)?.links ?? [];
    if (port === undefined || links.length === 0 || port.type === 'dpdk') continue;
    const link = links.find(({ name }) => name === port.name);
    if (link === undefined) return missing(port.name, chassis);
    const flags = link.flags.join(',');
    const shown = [evidence(`ip link show ${port.name}`, `<${flags}> state ${link.operstate}`)];
    if (!link.flags.includes('UP'))
      return {
        reason: `the representor ${port.name} of ${chassis} is down`,
        remedy: `On ${chassis}: ip link set ${port.name} up`,
        evidence: shown,
        at: { kind: 'representor', node: chassis },
        reach: 'endpoint',
      };
    if (!link.flags.includes('LOWER_UP'))
      return {
        reason: `the representor ${port.name} of ${chassis} has no carrier`,
        remedy: `Look whether the other side, the VF, is up: ip link show ${port.name}`,
        evidence: shown,
        at: { kind: 'representor', node: chassis },
        reach: 'endpoint',
      };
  }
  return undefined;
};

const missing = (name: string, chassis: string): Finding => ({
  reason: `the representor ${name} of ${chassis} is missing`,
  remedy: `Look which representors there are on ${chassis}: devlink port show`,
  evidence: [evidence(`ip link show ${name}`, 'no such device')],
  at: { kind: 'representor', node: chassis },
  reach: 'endpoint',
});

/** ovn-controller has called the port installed, and there is not even a flow that takes in its packets: somebody else took it. */
export const flowsGone: Finder = (scene) => {
  for (const { port, chassis } of beside(scene)) {
    const seen = scene.chassis.get(chassis);
    const { trace, traceEvidence } = seen ?? {};
    if (port?.externalIds.get('ovn-installed') !== 'true') continue;
    if (trace?.unknownPort !== true || trace.inPort !== port.name) continue;
    return {
      reason: `${port.bridge.name} of ${chassis} has no flows for ports that ovn-controller has called installed`,
      remedy: `Have ovn-controller make them anew, on ${chassis}: ovn-appctl -t ovn-controller recompute; where that is not enough, restart it; how many there are: ovs-ofctl dump-aggregate ${port.bridge.name}`,
      evidence: [describePort(port), ...(traceEvidence === undefined ? [] : [traceEvidence])],
      at: { kind: 'ovs-port', node: chassis },
      reach: 'node',
    };
  }
  return undefined;
};

/** ovn-controller makes flows for a port by its iface-id alone. */
export const portUnbound: Finder = (scene) => {
  for (const { port, chassis } of [...beside(scene), ...target(scene)]) {
    const seen = scene.chassis.get(chassis);
    if (port === undefined || seen === undefined || !isUnbound(port, seen)) continue;
    const dead = seen.controllerRuns === false;
    const id = ifaceIdOf(port);
    const why = dead ? ', and ovn-controller is not running' : '';
    return {
      reason: `no logical port is bound to ${port.name} of ${chassis}: its iface-id is ${id ?? 'not set'}${why}`,
      remedy: dead
        ? `Start ovn-controller on ${chassis}: it binds the ports.`
        : `Compare it with the logical port: ovn-sbctl find Port_Binding logical_port=${id ?? 'NAME'}`,
      evidence: [describePort(port), ...(seen.traceEvidence === undefined ? [] : [seen.traceEvidence])],
      at: { kind: 'ovs-port', node: chassis },
      reach: dead ? 'node' : 'endpoint',
    };
  }
  return undefined;
};

/** Packets to a port that is bound nowhere are not even sent to its chassis. */
function target({ loss, from, to }: Scene): readonly Place[] {
  const { lost } = loss;
  if (lost?.counter !== 'tx' || (lost.kind !== 'tunnel' && lost.kind !== 'ovs-port')) return [];
  const place = lost.direction === 'request' ? to : from;
  return place === undefined ? [] : [place];
}

/** Nothing is done with what comes in by it; or ovn-controller calls other ports installed, and this one not. */
function isUnbound(port: Attached, { trace, chassis }: ChassisScene): boolean {
  const isInstalled = (one: Interface): boolean => one.externalIds.get('ovn-installed') === 'true';
  const others = chassis.ovs.bridges.flatMap(({ ports }) => ports.flatMap(({ interfaces }) => interfaces));
  return (
    (trace?.unknownPort && trace.inPort === port.name) || (!isInstalled(port) && others.some(isInstalled))
  );
}
