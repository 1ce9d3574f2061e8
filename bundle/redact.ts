/** The end of a name whose value is a secret. Repetitions have bounds, so that no text takes long. */
const NAMES =
  '(?:token|password|passwd|passphrase|secret|psk|api[-_]?key|client[-_]?key[-_]?data|private[-_]?key|access[-_]?key)';

const VALUE = `(?:"[^"\\n]*"|'[^'\\n]*'|[^\\s\\0,;"']+)`;

/**
 * What looks like a secret, wherever it stands. dpu-doctor gathers none; a program's arguments or a configuration
 * file may hold one all the same.
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g, '-----BEGIN $1----- [redacted]'],
  // JSON Web Tokens: service accounts' tokens are such.
  [/\beyJ[\w-]{8,600}\.[\w-]{4,8000}\.[\w-]*/g, '[redacted]'],
  [/\b(Bearer|Basic) +[\w+/=.~-]{8,}/gi, '$1 [redacted]'],
  // user:password@ in an address.
  [/(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]{0,200}):[^\s/@]{1,200}@/gi, '$1:[redacted]@'],
  // --token=…, PASSWORD=…, "client-key-data": "…", apiKey: …
  [new RegExp(`(${NAMES}["']?(?: *[=:] *))${VALUE}`, 'gi'), '$1[redacted]'],
  // ["psk","…"], as OVSDB writes maps.
  [new RegExp(`("[\\w-]{0,60}?${NAMES}" *, *)"[^"\\n]*"`, 'gi'), '$1"[redacted]"'],
  // --token … as two arguments, separated by a space, by a NUL as in /proc, or by the line end that is made of it.
  [new RegExp(`(--?[\\w-]{0,60}?${NAMES}[\\0 \\n])(?=[^\\s\\0-])${VALUE}`, 'gi'), '$1[redacted]'],
];

/** The text with everything taken out that looks like a token, a password or a private key. */
export const redact = (text: string): string =>
  SECRETS.reduce((redacted, [pattern, replacement]) => redacted.replace(pattern, replacement), text);
