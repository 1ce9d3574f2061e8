import { quote } from '../transports/quote.ts';

/** At most this much of what one command said is kept, in bytes: the end, where the counts are. */
const MAX_SAID = 3000;

/**
 * With the marks around it, in bytes: less than a pipe takes in one piece (PIPE_BUF in pipe(7)). tail writes what it was
 * given at once, where bash writes each line by itself.
 */
const MAX_PIECE = 4000;

/** One command that is run beside others in one script. */
export interface Call {
  /** A command, or a function of the script, and its arguments. */
  readonly argv: readonly string[];
  /** A command that is run before it, whatever it says. */
  readonly ahead?: readonly string[] | undefined;
  /** Lines that match this pattern of grep are left out of what it said. */
  readonly without?: string | undefined;
}

/** What one command said, and how long it took in milliseconds. */
export interface CallAnswer {
  readonly exitCode: number;
  readonly said: string;
  readonly durationMs: number;
}

/**
 * A script that runs all commands at once and prints each answer as soon as it is there, in one piece, so that none is
 * mixed with another:
 *
 *   MARK 3 0 118234.12 118235.01     command 3 ended with exit code 0; the node's uptime before and after
 *   …                                what it said on both streams, without lines that nobody needs
 *   MARK end
 */
export function atOnce(calls: readonly Call[], mark: string, functions = ''): string {
  const started = calls.map(({ argv, ahead, without = NOTHING }, number) => {
    const before = ahead === undefined ? '' : `${words(ahead)} >/dev/null 2>&1; `;
    return `{ ${before}answer ${number} ${words([without, ...argv])}; } &`;
  });
  return `${functions}
answer() {
  number=$1
  without=$2
  shift 2
  read -r before rest < /proc/uptime
  said=$({ "$@" 2>&1; printf '\\nexit %s\\n' "$?"; } | grep -v -e "$without" | tail -c ${MAX_SAID})
  read -r after rest < /proc/uptime
  printf '\\n%s %s %s %s %s\\n%s\\n%s end\\n' ${quote(mark)} "$number" "\${said##*exit }" "$before" "$after" "\${said%exit *}" ${quote(mark)} | tail -c ${MAX_PIECE}
}
${started.join('\n')}
wait`;
}

/** Nothing that is said looks like this. */
const NOTHING = '^no line$';

const words = (argv: readonly string[]): string => argv.map(quote).join(' ');

/** The answers in what the script printed, by the command's place. Pure and total. */
export function parseAtOnce(text: string, mark: string): ReadonlyMap<number, CallAnswer> {
  const answers = new Map<number, CallAnswer>();
  const lines = text.split('\n');
  let open: { readonly number: number; readonly answer: CallAnswer; readonly from: number } | undefined;
  lines.forEach((line, index) => {
    if (!line.startsWith(`${mark} `)) return;
    const rest = line.slice(mark.length + 1);
    const [number, exitCode, before, after] = rest.split(' ').map(Number);
    if (rest === 'end') {
      if (open !== undefined)
        answers.set(open.number, { ...open.answer, said: lines.slice(open.from, index).join('\n').trim() });
      open = undefined;
    } else if ([number, exitCode, before, after].every(Number.isFinite)) {
      const durationMs = Math.max(0, Math.round(((after ?? 0) - (before ?? 0)) * 1000));
      open = {
        number: number ?? 0,
        answer: { exitCode: exitCode ?? 0, said: '', durationMs },
        from: index + 1,
      };
    }
  });
  return answers;
}
