import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { writeFileAtomically } from '../../reporters/atomic-file.ts';
import { parseReportSpecs } from '../../reporters/report-spec.ts';
import { type WriteOptions, writeReports } from '../../reporters/write.ts';
import { aReport, brokenReport, healthyReport } from '../helpers/reports.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

function options(): WriteOptions & { readonly printed: string[] } {
  const printed: string[] = [];
  return {
    printed,
    toStdout: async (text) => void printed.push(text),
    terminal: { width: 80, colour: 1, unicode: true },
    detail: 'normal',
  };
}

test('several reports of one run, one of them on standard output', async (t) => {
  const directory = temporaryDirectory(t);
  const specs = parseReportSpecs([`junit=${directory}/a/b/junit.xml`, `json=${directory}/r.json`, 'human']);
  const out = options();
  const { failures, exitCode } = await writeReports(brokenReport(), specs, out);
  t.deepEqual(failures, []);
  t.is(exitCode, 1);
  t.regex(readFileSync(`${directory}/a/b/junit.xml`, 'utf8'), /<testsuites>/);
  t.is(JSON.parse(readFileSync(`${directory}/r.json`, 'utf8')).exitCode, 1);
  t.is(out.printed.length, 1);
  t.regex(out.printed[0] ?? '', /\u001b\[31m/);
});

test('a human report in a file has no colours', async (t) => {
  const file = join(temporaryDirectory(t), 'report.txt');
  await writeReports(brokenReport(), parseReportSpecs([`human=${file}`]), options());
  t.notRegex(readFileSync(file, 'utf8'), /\u001b/);
});

test('a report that can’t be written leaves the others, and turns healthy into 3', async (t) => {
  const directory = temporaryDirectory(t);
  mkdirSync(join(directory, 'folder'));
  writeFileSync(join(directory, 'file'), '');
  const specs = parseReportSpecs([
    `human=${directory}/folder`,
    `junit=${directory}/file/junit.xml`,
    `json=${directory}/r.json`,
  ]);
  const { failures, exitCode } = await writeReports(healthyReport(), specs, options());
  t.is(exitCode, 3);
  t.is(failures.length, 2);
  t.regex(failures[0]?.message ?? '', /the human report could not be written to .*folder: .*is a folder/);
  t.regex(failures[0]?.hint ?? '', /give the name of a file/);
  t.regex(failures[1]?.message ?? '', /the junit report could not be written to .*file\/junit\.xml/);
  t.truthy(JSON.parse(readFileSync(`${directory}/r.json`, 'utf8')));
});

test('a report that can’t be written hides no worse news', async (t) => {
  const specs = parseReportSpecs([`json=${temporaryDirectory(t)}`]);
  t.is((await writeReports(brokenReport(), specs, options())).exitCode, 1);
  t.is((await writeReports(aReport({ results: [] }), specs, options())).exitCode, 2);
  t.is((await writeReports(aReport({ interrupted: true }), specs, options())).exitCode, 130);
});

test('a closed standard output fails that report only', async (t) => {
  const file = join(temporaryDirectory(t), 'r.json');
  const toStdout = async (): Promise<void> => {
    throw Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
  };
  const specs = parseReportSpecs(['human', `json=${file}`]);
  const { failures } = await writeReports(healthyReport(), specs, { ...options(), toStdout });
  t.regex(failures[0]?.hint ?? '', /closed/);
  t.true(existsSync(file));
});

test('what is told of a failure is safe to print', async (t) => {
  const specs = parseReportSpecs(['json=/dev/null/\u001b[31mred']);
  const { failures } = await writeReports(healthyReport(), specs, options());
  t.is(failures.length, 1);
  t.notRegex(failures[0]?.message ?? '', /\u001b/);
});

test('a full disk: an error that says so, the old report whole, nothing left behind', (t) => {
  // A file size limit stands for the full disk: the write fails in the middle just the same.
  const directory = temporaryDirectory(t);
  const file = join(directory, 'r.json');
  writeFileSync(file, 'the old report');
  const module = join(import.meta.dirname, '../../reporters/atomic-file.ts');
  const script = `
    process.on('SIGXFSZ', () => undefined);
    const { writeFileAtomically } = await import(${JSON.stringify(module)});
    await writeFileAtomically(${JSON.stringify(file)}, 'x'.repeat(4_000_000))
      .then(() => console.log('written'), (error) => console.log(error.code));`;
  const { stdout } = spawnSync(
    'sh',
    ['-c', 'ulimit -f 1000; exec "$0" --input-type=module -e "$1"', process.execPath, script],
    { encoding: 'utf8' },
  );
  t.is(stdout.trim(), 'EFBIG');
  t.is(readFileSync(file, 'utf8'), 'the old report');
  t.deepEqual(readdirSync(directory), ['r.json']);
});

test('a device that is full is an error', async (t) => {
  await t.throwsAsync(writeFileAtomically('/dev/full', 'text'), { code: 'ENOSPC' });
});

test('a device stays a device', async (t) => {
  await writeFileAtomically('/dev/null', 'text');
  t.true(statSync('/dev/null').isCharacterDevice());
});

test('a symbolic link stays one, and the mode of the file behind it is kept', async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'file');
  const link = join(directory, 'link');
  writeFileSync(file, 'old');
  chmodSync(file, 0o640);
  symlinkSync(file, link);
  await writeFileAtomically(link, 'new');
  t.true(lstatSync(link).isSymbolicLink());
  t.is(readFileSync(file, 'utf8'), 'new');
  t.is(statSync(file).mode & 0o777, 0o640);
  t.deepEqual(readdirSync(directory).sort(), ['file', 'link']);
});

test('readers see the old text or the new, never a part', async (t) => {
  const file = join(temporaryDirectory(t), 'file');
  const texts = ['a', 'b'].map((letter) => letter.repeat(3_000_000));
  await writeFileAtomically(file, texts[0] ?? '');
  let done = false;
  const writing = (async () => {
    for (let round = 0; round < 6; round += 1) await writeFileAtomically(file, texts[round % 2] ?? '');
    done = true;
  })();
  let seen = 0;
  while (!done) {
    t.true(texts.includes(readFileSync(file, 'utf8')));
    seen += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writing;
  t.true(seen > 3);
});
