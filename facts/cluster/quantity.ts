const MULTIPLES: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, Ki: 2 ** 10, Mi: 2 ** 20 };

/** A quantity of whole devices: the API server writes 1000 as `1k`. What is absent, or no such quantity, is 0. */
export function deviceCount(quantity: string | undefined): number {
  const [, digits = '', suffix = ''] = /^(\d{1,9}(?:e\d)?)(k|M|Ki|Mi)?$/.exec(quantity ?? '') ?? [];
  return digits === '' ? 0 : Number(digits) * (MULTIPLES[suffix] ?? 0);
}
