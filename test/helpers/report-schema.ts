import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

const FOLDER = resolve(import.meta.dirname, '../../schema');

export type Schema = { [key: string]: unknown };

/** schema/report.schema.json, or that of topology. */
export const publishedSchema = (of: 'report' | 'topology' = 'report'): Schema =>
  JSON.parse(readFileSync(`${FOLDER}/${of}.schema.json`, 'utf8'));

/** The schema as published lets fields be added; here one that it does not describe is an error. */
export function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return copy['type'] === 'object' ? { ...copy, additionalProperties: false } : copy;
}

export const compileSchema = (schema: unknown): ValidateFunction =>
  new Ajv2020({
    strict: true,
    strictRequired: false,
    strictTypes: false,
    formats: { 'date-time': true },
  }).compile(schema as Schema);
