/* What examines nodes, in one part that is loaded when it is asked for: a part of its own for each costs more than it saves. */
export { demoCommand } from './demo.ts';
export { runCommand } from './run.ts';
