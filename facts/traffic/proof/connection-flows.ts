import type { Flow, MaskedNumber } from '../../flows.ts';
import { matchesAddress } from '../counters/ip-match.ts';
import type { Connection, StreamDirection } from '../stream.ts';

/** Packets of this direction may pass the flow: of its first pass as they leave, later also as they are translated. */
export function isOfConnection(flow: Flow, direction: StreamDirection): boolean {
  const { representor, connection, translated } = direction;
  if (flow.inPort !== representor || flow.tunnel !== undefined || isMulticast(flow)) return false;
  if (flow.actions === 'drop' || flow.actions === '') return false;
  if (!isOfProtocol(flow, connection)) return false;
  const after = flow.recircId === 0 ? undefined : translated;
  return sourceMatches(flow, connection, after) && destinationMatches(flow, connection, after);
}

const isOfProtocol = ({ etherType, ipProtocol }: Flow, { protocol, source }: Connection): boolean =>
  (etherType === undefined || etherType === (source.includes(':') ? 0x86dd : 0x0800)) &&
  (ipProtocol === undefined || ipProtocol === protocol);

/** Connection tracking translates either end, so each is as it was or as it arrives. */
const sourceMatches = (flow: Flow, ...given: readonly (Connection | undefined)[]): boolean =>
  given.some(
    (one) =>
      one !== undefined &&
      matchesAddress(flow.sourceIp, one.source) &&
      matchesNumber(flow.sourcePort, one.sourcePort),
  );

const destinationMatches = (flow: Flow, ...given: readonly (Connection | undefined)[]): boolean =>
  given.some(
    (one) =>
      one !== undefined &&
      matchesAddress(flow.destinationIp, one.destination) &&
      matchesNumber(flow.destinationPort, one.destinationPort),
  );

const matchesNumber = (shown: MaskedNumber | undefined, wanted: number): boolean =>
  shown === undefined || (shown.value & shown.mask) === (wanted & shown.mask);

/** The lowest bit of the first byte, as in 33:33:… of neighbour discovery. */
const isMulticast = ({ destinationMac }: Flow): boolean =>
  /^[0-9a-f][13579bdf]:[^/]*$/i.test(destinationMac ?? '');

/** The recirculation ids under which a packet goes on after these actions; it ends here where there are none. */
export const goesOnAs = (actions: string): readonly number[] =>
  [...actions.matchAll(/\brecirc\((0x[0-9a-f]{1,8}|\d{1,10})\)/g)].map(([, id]) => Number(id));
