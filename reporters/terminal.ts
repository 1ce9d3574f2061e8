/** What a reporter may know of the place that its text goes to. Handed in, so that reporters stay pure. */
export interface Terminal {
  /** Columns. */
  readonly width: number;
  /** As chalk counts: 0 none, 1 sixteen colours, 2 256, 3 all. */
  readonly colour: 0 | 1 | 2 | 3;
  /** Whether anything but ASCII may be shown. */
  readonly unicode: boolean;
}

const NARROWEST = 40;
const WIDEST = 120;
const WHERE_UNKNOWN = 100;

/**
 * The terminal behind a stream. Colours only on a TTY, not with TERM=dumb, and never with NO_COLOR (no-color.org: set
 * and not empty) unless FORCE_COLOR asks for them; `color: false` beats both.
 */
export function terminalOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
  { color = true }: { readonly color?: boolean } = {},
): Terminal {
  return {
    width: widthFor(stream, env),
    colour: color ? colourFor(stream, env) : 0,
    unicode: speaksUtf8(env),
  };
}

function widthFor(
  { isTTY, columns }: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): number {
  const said = (isTTY ? columns : undefined) || Number(env['COLUMNS']) || WHERE_UNKNOWN;
  return Math.min(WIDEST, Math.max(NARROWEST, Math.floor(said)));
}

function colourFor(
  { isTTY }: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Terminal['colour'] {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced === '0' || forced === 'false' ? 0 : 1;
  return isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb' ? 1 : 0;
}

/** By the first of LC_ALL, LC_CTYPE and LANG that is set, as POSIX has it; CI machines often set none and take UTF-8. */
function speaksUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'];
  return locale ? /utf-?8/i.test(locale) : env['TERM'] !== 'linux' && env['TERM'] !== 'dumb';
}
