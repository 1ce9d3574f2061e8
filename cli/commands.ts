/* What the commands do, in one part that is loaded when one of them runs: a part of its own for each costs more than it saves. */
export { demoCommand } from './demo.ts';
export { explainCommand } from './explain.ts';
export { listCommand } from './list.ts';
export { runCommand } from './run.ts';
