import { type Evidence, evidence } from '../../fact.ts';
import type { Attached } from '../ovs-topology.ts';
import type { Attachment } from './attachments.ts';
import { broken, type ChainLink, found, missing, NOT_KNOWN, unknown } from './chain.ts';
import { describePort, ifaceIdOf, type OvsPorts } from './ovs-ports.ts';
import type { FoundRepresentor } from './representor-link.ts';

export interface FoundPort {
  readonly link: ChainLink;
  readonly port: Attached | undefined;
}

/** The port of a pod: the one with its iface-id, which must be the representor of its VF. */
export function podPortLink(
  attachment: Attachment,
  { representor }: FoundRepresentor,
  ports: OvsPorts,
): FoundPort {
  const { ifaceId } = attachment;
  const own = ports.byIfaceId.get(ifaceId) ?? [];
  const port = own.find(({ name }) => name === representor?.name) ?? own[0];
  if (port === undefined) return withoutId(ifaceId, representor?.name, ports);
  const shown = own.map(describePort);
  const fault = faultOf(port, attachment, representor?.name, own);
  return fault === undefined
    ? { link: found('ovs-port', port.name, `its iface-id is ${ifaceId}`, shown), port }
    : { link: broken('ovs-port', port.name, fault, shown), port };
}

function withoutId(ifaceId: string, representor: string | undefined, ports: OvsPorts): FoundPort {
  const nowhere: Evidence = evidence('ovs-vsctl list Interface', `none with iface-id=${ifaceId}`);
  const port = representor === undefined ? undefined : ports.byName.get(representor);
  if (port === undefined)
    return {
      link: missing('ovs-port', ifaceId, `no port has the iface-id ${ifaceId}`, [nowhere]),
      port: undefined,
    };
  const other = ifaceIdOf(port);
  const why = other === undefined ? 'it has no iface-id' : `its iface-id is ${other}`;
  return { link: broken('ovs-port', port.name, `${why}, not ${ifaceId}`, [describePort(port)]), port };
}

function faultOf(
  port: Attached,
  { ifaceId, pod, details }: Attachment,
  representor: string | undefined,
  own: readonly Attached[],
): string | undefined {
  if (own.length > 1) return `${own.map(({ name }) => name).join(' and ')} both have the iface-id ${ifaceId}`;
  if (representor !== undefined && port.name !== representor)
    return `it has the iface-id ${ifaceId}, and the representor of the pod's VF is ${representor}`;
  const uid = port.externalIds.get('iface-id-ver');
  if (uid !== undefined && pod.uid !== '' && uid !== pod.uid)
    return `it belongs to an earlier pod of this name: its iface-id-ver is ${uid}, and the pod's UID ${pod.uid}`;
  const sandbox = port.externalIds.get('sandbox');
  const wanted = details.kind === 'read' ? details.value.sandboxId : '';
  if (sandbox !== undefined && wanted !== '' && sandbox !== wanted)
    return `OVS port ${port.name} was added for sandbox (${sandbox}), expecting (${wanted})`;
  return troubleOf(port);
}

/** What ovs-vswitchd says is wrong with a port. */
export function troubleOf({ error, ofport }: Attached): string | undefined {
  if (error !== undefined) return error;
  return ofport === -1 ? 'ovs-vswitchd could not open it (ofport -1)' : undefined;
}

/** The port that a representor is, whoever's it is. */
export function representorPortLink({ representor, link }: FoundRepresentor, ports: OvsPorts): FoundPort {
  if (representor === undefined)
    return {
      link: unknown(
        'ovs-port',
        NOT_KNOWN,
        `without its representor, no port can be looked for (${link.name})`,
      ),
      port: undefined,
    };
  const port = ports.byName.get(representor.name);
  if (port === undefined) {
    const why = 'the representor is in no bridge';
    return {
      link: missing('ovs-port', representor.name, why, [
        evidence(`ovs-vsctl list Interface ${representor.name}`, 'no such port'),
      ]),
      port,
    };
  }
  const trouble = troubleOf(port);
  const id = ifaceIdOf(port);
  return trouble === undefined
    ? {
        link: found(
          'ovs-port',
          port.name,
          id === undefined ? 'it has no iface-id' : `its iface-id is ${id}`,
          [describePort(port)],
        ),
        port,
      }
    : { link: broken('ovs-port', port.name, trouble, [describePort(port)]), port };
}
