import { type Evidence, evidence } from '../../fact.ts';
import { type Annotation, type ConnectionDetails, DETAILS } from './annotations.ts';
import { broken, type ChainLink, found, missing, NOT_KNOWN, unknown } from './chain.ts';
import type { HostVf } from './host-functions.ts';
import type { PfNumber } from './pf-number.ts';
import type { Representors, VfRepresentor } from './representors.ts';

export interface FoundRepresentor {
  readonly link: ChainLink;
  /** Undefined where there is none, or where it is not known which it is. */
  readonly representor: VfRepresentor | undefined;
}

/** The representor of this VF, by the number that its PF has on the eswitch. */
export function representorsOfVf(
  { number }: Pick<HostVf, 'number'>,
  place: PfNumber & { readonly known: true },
  { vfs }: Representors,
): readonly VfRepresentor[] {
  return vfs.filter(
    (one) =>
      one.vf === number &&
      one.pf === place.pf &&
      (place.controller === undefined || one.controller === undefined || one.controller === place.controller),
  );
}

/** The one that OVN-Kubernetes on the DPU takes: that of controller 1, else one without (sriovnet, GetVfRepresentorDPU). */
export function representorTaken(
  { pfId, vfId }: Pick<ConnectionDetails, 'pfId' | 'vfId'>,
  { vfs }: Representors,
): VfRepresentor | undefined {
  const named = vfs.filter(({ pf, vf }) => String(pf) === pfId && String(vf) === vfId);
  return (
    named.find(({ controller }) => controller === 1) ??
    named.find(({ controller }) => controller === undefined || controller === 0)
  );
}

/**
 * The representor that belongs to the VF, and whether OVN-Kubernetes takes the same. It goes by the connection details,
 * and their pfId is the host's PCI function number: where the eswitch counts otherwise, it takes another VF's.
 */
export function representorLink(
  vf: HostVf | undefined,
  place: PfNumber | undefined,
  details: Annotation<ConnectionDetails>,
  representors: Representors,
): FoundRepresentor {
  const numbers = details.kind === 'read' ? details.value : undefined;
  const taken = numbers && representorTaken(numbers, representors);
  const shown = details.kind === 'read' ? [evidence(DETAILS, details.said)] : [];
  if (vf !== undefined && place?.known) {
    const own = representorsOfVf(vf, place, representors);
    const [representor] = own;
    const wanted = `representor of VF ${vf.number} of PF ${place.pf}`;
    if (representor === undefined) {
      const why = `vf representor for pfID: ${place.pf}, vfIndex: ${vf.number} not found`;
      return {
        link: missing('representor', wanted, why, [...place.evidence, ...listed(representors)]),
        representor: undefined,
      };
    }
    const proof = [representor.evidence, ...place.evidence];
    if (own.length > 1) {
      const why = `${own.map(({ name }) => name).join(' and ')} are such`;
      return { link: unknown('representor', wanted, why, proof), representor: undefined };
    }
    if (numbers !== undefined && taken !== representor) {
      const takes = taken === undefined ? 'finds none' : `takes ${taken.name}`;
      const why = `OVN-Kubernetes ${takes} by pfId ${numbers.pfId} and vfId ${numbers.vfId}, but ${place.ground}`;
      return { link: broken('representor', representor.name, why, [...proof, ...shown]), representor };
    }
    return { link: found('representor', representor.name, place.ground, proof), representor };
  }
  if (taken !== undefined) {
    const ground = 'OVN-Kubernetes takes it by the connection details, and nothing else tells';
    return {
      link: found('representor', taken.name, ground, [taken.evidence, ...shown]),
      representor: taken,
    };
  }
  if (numbers !== undefined) {
    const why = `vf representor for pfID: ${numbers.pfId}, vfIndex: ${numbers.vfId} not found`;
    const wanted = `representor of VF ${numbers.vfId} of PF ${numbers.pfId}`;
    return {
      link: missing('representor', wanted, why, [...shown, ...listed(representors)]),
      representor: undefined,
    };
  }
  const why = place !== undefined && !place.known ? place.ground : 'the VF is not known';
  return unknownRepresentor(why);
}

export const unknownRepresentor = (why: string): FoundRepresentor => ({
  link: unknown('representor', NOT_KNOWN, why),
  representor: undefined,
});

const MOST = 24;

/** What is there instead. */
function listed({ vfs }: Representors): readonly Evidence[] {
  const names = vfs.map(({ name, pf, vf }) => `${name} (pf${pf}vf${vf})`);
  const more = names.length > MOST ? ` and ${names.length - MOST} more` : '';
  return [
    evidence(
      'devlink -j port show, phys_port_name',
      `${names.slice(0, MOST).join(' ') || 'no representor'}${more}`,
    ),
  ];
}
