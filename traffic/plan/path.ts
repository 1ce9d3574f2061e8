import { isIP } from 'node:net';
import type { Destination, Endpoint, Path, PathKind } from '../../facts/traffic/path.ts';

/** A way before its addresses are chosen: one path comes of it for each address family that both ends have. */
export interface Way {
  readonly kind: PathKind;
  readonly from: Endpoint;
  readonly protocol: Path['protocol'];
  readonly to: Omit<Destination, 'address'>;
  /** Where it goes: the first of each family counts. */
  readonly addresses: readonly string[];
  readonly sizes: readonly Path['size'][];
  readonly gap: string | undefined;
}

/** The paths of a way, in both families where both ends have them. */
export function pathsOf(way: Way): readonly Path[] {
  const { kind, from, protocol, to, addresses, sizes, gap } = way;
  return ([4, 6] as const).flatMap((family) => {
    const has = (one: string): boolean => isIP(one) === family;
    const address = addresses.find(has);
    if (address === undefined || !from.addresses.some(has)) return [];
    return sizes.map(
      (size): Path => ({
        id: [kind, from.name, to.endpoint?.name ?? to.name, protocol, family, size]
          .map((part) => encodeURIComponent(part).replaceAll('%3A', ':'))
          .join('/'),
        kind,
        protocol,
        family,
        from,
        to: { ...to, address },
        size,
        ...(gap === undefined ? {} : { expectedGap: gap }),
      }),
    );
  });
}
