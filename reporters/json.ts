import type { Report } from '../runner/report.ts';
import { escapeJson } from './safe-text.ts';

/**
 * The report as JSON, by schema/report.schema.json. Nothing is left out or changed but text that is not well-formed
 * UTF-16; control and bidirectional characters are written as escapes.
 */
export const renderJson = (report: Report): string =>
  `${escapeJson(JSON.stringify(report, (_, value) => (typeof value === 'string' ? value.toWellFormed() : value), 2))}\n`;
