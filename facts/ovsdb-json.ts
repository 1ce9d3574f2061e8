import * as read from './json.ts';

/*
 * OVSDB's encoding of values in JSON (RFC 7047, section 5.1): an atom stands for itself or is ["uuid", text]; a set
 * of other than one atom is ["set", [atoms]]; a map is ["map", [[key, value], …]].
 */

/** The rows of a table as `ovs-vsctl --format=json list` prints it; undefined where it is no such table. */
export function tableRows(value: unknown): readonly read.JsonRecord[] | undefined {
  const { headings, data } = read.record(value);
  if (!Array.isArray(headings) || !Array.isArray(data)) return undefined;
  const names = headings.map(String);
  return data
    .filter((row): row is unknown[] => Array.isArray(row))
    .map((row) => Object.fromEntries(names.map((name, column) => [name, row[column]])));
}

/** The text of an atom; undefined for an empty set. */
export function ovsdbText(value: unknown): string | undefined {
  const atom = atoms(value)[0];
  return typeof atom === 'string' ? atom : undefined;
}

/** The number in an atom; undefined for an empty set. */
export function ovsdbNumber(value: unknown): number | undefined {
  const atom = atoms(value)[0];
  return typeof atom === 'number' ? atom : undefined;
}

/** The UUIDs that a column refers to. */
export const ovsdbUuids = (value: unknown): readonly string[] =>
  atoms(value).flatMap((atom) => {
    const [kind, uuid] = Array.isArray(atom) ? atom : [];
    return kind === 'uuid' && typeof uuid === 'string' ? [uuid] : [];
  });

/** A map of texts. */
export function ovsdbMap(value: unknown): ReadonlyMap<string, string> {
  const [kind, pairs] = Array.isArray(value) ? value : [];
  if (kind !== 'map' || !Array.isArray(pairs)) return new Map();
  return new Map(
    pairs
      .filter((pair): pair is unknown[] => Array.isArray(pair) && typeof pair[0] === 'string')
      .map(([key, text]) => [String(key), typeof text === 'string' ? text : JSON.stringify(text ?? '')]),
  );
}

function atoms(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) return value === undefined ? [] : [value];
  const [kind, members] = value;
  return kind === 'set' && Array.isArray(members) ? members : [value];
}
