import type { Report } from '../runner/report.ts';
import { escapeJson } from './safe-text.ts';

/** Any plain data as JSON, with text that is safe to print and well-formed UTF-16. */
export const renderData = (data: unknown): string =>
  `${escapeJson(JSON.stringify(data, (_, value) => (typeof value === 'string' ? value.toWellFormed() : value), 2))}\n`;

/**
 * The report as JSON, by schema/report.schema.json. Nothing is left out or changed but text that is not well-formed
 * UTF-16; control and bidirectional characters are written as escapes.
 */
export const renderJson = (report: Report): string => renderData(report);
