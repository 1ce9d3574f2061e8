import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One apt source, in whichever of the two formats it was written. */
export interface Source {
  types: string[];
  uris: string[];
  suites: string[];
  components: string[];
  /** Fields that go along unchanged, such as Signed-By. */
  fields: Record<string, string>;
}

const words = (text: string | undefined): string[] => (text ?? '').split(/\s+/).filter(Boolean);

/** Reads the one-line format: `deb [signed-by=…] uri suite component…`. */
export function parseList(text: string): Source[] {
  const sources: Source[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    if (!match) continue;
    const [, type = '', options, uri = '', suite = '', components] = match;
    const fields: Record<string, string> = {};
    for (const option of words(options)) {
      const [key = '', value = ''] = option.split('=', 2);
      fields[key.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())] = value.replaceAll(',', ' ');
    }
    sources.push({ types: [type], uris: [uri], suites: [suite], components: words(components), fields });
  }
  return sources;
}

/** Reads the deb822 format of *.sources files. */
export function parseDeb822(text: string): Source[] {
  const sources: Source[] = [];
  const kept = text.split('\n').filter((line) => !line.startsWith('#'));
  for (const stanza of kept.join('\n').split(/\n\s*\n/)) {
    const fields: Record<string, string> = {};
    let key = '';
    for (const line of stanza.split('\n')) {
      const field = /^([A-Za-z][A-Za-z-]*):(.*)$/.exec(line);
      if (field) {
        key = (field[1] ?? '').replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
        fields[key] = (field[2] ?? '').trim();
      } else if (key && /^\s/.test(line)) fields[key] += `\n${line}`;
    }
    const { Types, URIs, Uris = URIs, Suites, Components, Enabled, ...rest } = fields;
    if (!Types || /^(no|false|0)$/i.test(Enabled ?? '')) continue;
    sources.push({
      types: words(Types),
      uris: words(Uris),
      suites: words(Suites),
      components: words(Components),
      fields: rest,
    });
  }
  return sources;
}

async function readIfThere(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

/** The sources this machine is configured with. */
export async function configuredSources(etcApt = '/etc/apt'): Promise<Source[]> {
  const sources = parseList(await readIfThere(join(etcApt, 'sources.list')));
  const parts = join(etcApt, 'sources.list.d');
  for (const name of (await readdir(parts).catch((): string[] => [])).sort()) {
    const text = await readIfThere(join(parts, name));
    if (name.endsWith('.list')) sources.push(...parseList(text));
    if (name.endsWith('.sources')) sources.push(...parseDeb822(text));
  }
  return sources;
}

/** The source that carries a Debian release itself: third parties share the suite's name, not `main`. */
export function archiveOf(release: string, sources: readonly Source[]): Source {
  const found = sources.find(
    (source) =>
      source.types.includes('deb') && source.suites.includes(release) && source.components.includes('main'),
  );
  if (!found)
    throw new Error(`apt has no source for Debian ${release} main; the VM's image is built from it`);
  return found;
}

/** The release and its backports from the same archive, in deb822. */
export function withBackports(release: string, archive: Source): string {
  const fields = Object.entries(archive.fields).map(([key, value]) => `${key}: ${value}`);
  return [
    'Types: deb',
    `URIs: ${archive.uris.join(' ')}`,
    `Suites: ${release} ${release}-updates ${release}-backports`,
    'Components: main',
    ...fields,
    '',
  ].join('\n');
}
