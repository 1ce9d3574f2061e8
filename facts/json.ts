/** Careful readers of JSON that a node sent: what is absent or of another type is empty, never an exception. */
export type JsonRecord = Readonly<Record<string, unknown>>;

export const record = (value: unknown): JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : {};

export const records = (value: unknown): readonly JsonRecord[] =>
  Array.isArray(value)
    ? value.filter((item) => typeof item === 'object' && item !== null && !Array.isArray(item))
    : [];

export const optionalText = (from: JsonRecord, key: string): string | undefined => {
  const value = from[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const text = (from: JsonRecord, key: string): string => optionalText(from, key) ?? '';

export const number = (from: JsonRecord, key: string): number | undefined => {
  const value = from[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};

export const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
