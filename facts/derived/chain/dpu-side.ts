import type { FactFailure, Outcome } from '../../fact.ts';
import type { Attachment } from './attachments.ts';
import { type ChainLink, missing, NOT_KNOWN, unknown } from './chain.ts';
import type { ChainPair } from './input.ts';
import { type OvsPorts, ovsPorts } from './ovs-ports.ts';
import { podPortLink, representorPortLink } from './port-link.ts';
import type { FoundRepresentor } from './representor-link.ts';
import { eswitchRepresentors, type Representors } from './representors.ts';
import { bridgeLink, type WayOut, wayOut } from './way-out.ts';

/** What the chains of one DPU share. */
export interface DpuSide {
  readonly representors: Outcome<Representors>;
  readonly ports: Outcome<OvsPorts>;
  readonly out: WayOut | undefined;
}

export function dpuSide({ host, dpu }: ChainPair): DpuSide {
  if (dpu === undefined) {
    const none = noDpu(host.name);
    return { representors: none, ports: none, out: undefined };
  }
  const { ovs } = dpu.facts;
  const simulated = host.simulation !== undefined;
  return {
    representors: eswitchRepresentors(dpu.facts, simulated),
    ports: ovs.ok ? { ok: true, value: ovsPorts(ovs.value) } : ovs,
    out: ovs.ok && ovs.value.present ? wayOut(ovs.value, dpu.facts, simulated) : undefined,
  };
}

const noDpu = (host: string): { readonly ok: false; readonly failure: FactFailure } => ({
  ok: false,
  failure: { code: 'unreachable', message: `no DPU is known for ${host}` },
});

/** The links from the port of Open vSwitch to the wire; of a pod where an attachment is given. */
export function portLinks(
  attachment: Attachment | undefined,
  representor: FoundRepresentor,
  { ports, out }: DpuSide,
  toTheWire: boolean,
): readonly ChainLink[] {
  if (!ports.ok) return [unknown('ovs-port', NOT_KNOWN, ports.failure.message)];
  const { ovs } = ports.value;
  if (!ovs.present) return [missing('ovs-port', 'OVS port', 'Open vSwitch does not run on the DPU')];
  const { link, port } =
    attachment === undefined
      ? representorPortLink(representor, ports.value)
      : podPortLink(attachment, representor, ports.value);
  const links = [link, bridgeLink(port, ovs)];
  return toTheWire && out !== undefined
    ? [...links, ...out.links.map((one) => withEswitch(one, representor, out.switchId))]
    : links;
}

/** Where the uplink is on another eswitch, packets get there, though not by hardware. */
function withEswitch(
  link: ChainLink,
  { representor }: FoundRepresentor,
  switchId: string | undefined,
): ChainLink {
  const own = representor?.switchId;
  return link.kind === 'uplink' &&
    link.state === 'found' &&
    own !== undefined &&
    switchId !== undefined &&
    own !== switchId
    ? { ...link, ground: `${link.ground}, of another eswitch than ${representor?.name}` }
    : link;
}
