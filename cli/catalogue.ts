/* What tells of the checks, which are loaded with it; no run waits for them. */
export { explainCommand } from './explain.ts';
export { listCommand } from './list.ts';
export { permissionsCommand } from './permissions.ts';
