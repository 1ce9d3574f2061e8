import type { Report } from '../runner/report.ts';
import { renderHuman } from './human.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import type { Terminal } from './terminal.ts';

/** What a reporter is told besides the report. Only those that people read heed it. */
export interface RenderOptions {
  readonly terminal: Terminal;
  readonly detail: 'quiet' | 'normal' | 'verbose';
}

export interface Format {
  readonly name: string;
  readonly description: string;
  render(report: Report, options: RenderOptions): Promise<string>;
}

/** Every format of `--report`. */
export const FORMATS: readonly Format[] = [
  {
    name: 'human',
    description: 'to be read in a terminal',
    render: renderHuman,
  },
  {
    name: 'json',
    description: 'everything, by schema/report.schema.json',
    render: async (report) => renderJson(report),
  },
  {
    name: 'junit',
    description: "JUnit XML that is valid under Jenkins' and Ant's schemas",
    render: (report) => renderJunit(report, { flavor: 'portable' }),
  },
  {
    name: 'junit-jenkins',
    description: 'JUnit XML with totals at the root and output at each case, as Jenkins takes it',
    render: (report) => renderJunit(report, { flavor: 'jenkins' }),
  },
  {
    name: 'junit-extended',
    description: 'JUnit XML with properties and evidence at each case, outside of both schemas',
    render: (report) => renderJunit(report, { flavor: 'extended' }),
  },
];
