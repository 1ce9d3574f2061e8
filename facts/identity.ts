import { defineFact } from './fact.ts';
import { attributes, smallFile } from './sources.ts';

/** What machine this is. */
export interface Identity {
  readonly hostname: string;
  /** PRETTY_NAME of os-release. */
  readonly os: string;
  readonly osRelease: ReadonlyMap<string, string>;
  /** 5.15.0-1021-bluefield */
  readonly kernel: string;
  /** Product of the machine, from DMI or the device tree. */
  readonly product: string | undefined;
  /** Name of process 1: systemd, init … */
  readonly init: string;
}

export const identity = defineFact({
  title: 'identity of the machine',
  sources: {
    values: attributes(
      '/proc/sys/kernel/hostname',
      '/proc/sys/kernel/osrelease',
      '/proc/1/comm',
      '/sys/class/dmi/id/product_name',
      '/proc/device-tree/model',
    ),
    release: smallFile('/etc/os-release'),
  },
  parse({ values: { values }, release }): Identity {
    const osRelease = parseAssignments(release.stdout);
    return {
      hostname: values.get('/proc/sys/kernel/hostname') ?? '',
      os: osRelease.get('PRETTY_NAME') ?? osRelease.get('NAME') ?? 'unknown',
      osRelease,
      kernel: values.get('/proc/sys/kernel/osrelease') ?? '',
      product:
        values.get('/sys/class/dmi/id/product_name') || values.get('/proc/device-tree/model') || undefined,
      init: values.get('/proc/1/comm') ?? '',
    };
  },
});

/** NAME="value" lines, as in os-release(5). */
function parseAssignments(text: string): ReadonlyMap<string, string> {
  const pairs = text
    .split('\n')
    .map((line) => /^([A-Z_a-z0-9]+)=(?:"(.*)"|'(.*)'|(.*))$/.exec(line.trim()))
    .filter((match) => match !== null)
    .map((match): [string, string] => [match[1] ?? '', match[2] ?? match[3] ?? match[4] ?? '']);
  return new Map(pairs);
}
