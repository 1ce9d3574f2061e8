/**
 * Milliseconds since a moment that does not change, as performance.now() gives them; for which Node would load all that
 * it has for measuring.
 */
export const milliseconds = (): number => Number(process.hrtime.bigint()) / 1e6;
