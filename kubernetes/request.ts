import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, type Connection, interruption } from './connection.ts';
import { KubernetesError } from './error.ts';

export interface RequestOptions {
  readonly signal: AbortSignal;
  /** For one answer, in milliseconds; 30 s unless given. */
  readonly timeout?: number;
  /** Before the first repetition, where the server names no time, in milliseconds; doubled each time. */
  readonly pause?: number;
  /** How often to ask where the server asks for patience; 5 unless given. */
  readonly attempts?: number;
  /** Hears the server's clock at each answer, in milliseconds since 1970. */
  readonly heard?: (at: number) => void;
}

const ATTEMPTS = 5;
/** A server that asks for more patience is taken for unavailable, in seconds. */
const MAX_PATIENCE = 30;

/** Reads one path, again where the server asks for patience (429, 5xx). Rejects only with a {@link KubernetesError}. */
export async function request(
  connection: Connection,
  path: string,
  options: RequestOptions,
): Promise<unknown> {
  return parse(await answered(connection, path, options), path);
}

/** Reads one path whose answer is text, such as a log. Rejects only with a {@link KubernetesError}. */
export const requestText = async (
  connection: Connection,
  path: string,
  options: RequestOptions,
): Promise<string> => (await answered(connection, path, options)).body;

async function answered(connection: Connection, path: string, options: RequestOptions): Promise<Answer> {
  const { timeout = 30_000, pause = 250, attempts = ATTEMPTS } = options;
  for (let attempt = 1; ; attempt++) {
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(timeout)]);
    const answer = await connection.get(path, signal);
    if (answer.status === 200) {
      if (answer.at !== undefined) options.heard?.(answer.at);
      return answer;
    }
    const patience = answer.retryAfter ?? (pause * 2 ** (attempt - 1)) / 1000;
    const temporary = answer.status === 429 || answer.status >= 500;
    if (!temporary || attempt === attempts || patience > MAX_PATIENCE)
      throw refusal(answer, path, attempt, connection.expired);
    await delay(patience * 1000, undefined, { signal: options.signal }).catch(() => {
      throw interruption(options.signal);
    });
  }
}

/** @throws {KubernetesError} where it is no JSON */
export function parse({ body }: Answer, path: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new KubernetesError(
      'unexpected',
      `${path}: the answer is not JSON: ${body.slice(0, 100)}`,
      'is that address the API server, or something in front of it?',
    );
  }
}

/** The words of the server's Status object, if it sent one. */
export function words({ body }: Answer): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === 'string') return message.slice(0, 500);
  } catch {
    // Something in front of the API server may answer in its own way.
  }
  return body.trim().slice(0, 100);
}

/** What an answer that is no success means. */
export function refusal(answer: Answer, path: string, attempts: number, expired?: Date): KubernetesError {
  const { status } = answer;
  const said = `${path}: ${status}: ${words(answer)}`;
  switch (status) {
    case 401:
      return new KubernetesError(
        'unauthorized',
        expired ? `${said}; the client certificate expired at ${expired.toISOString()}` : said,
        'the credentials are wrong or have expired: log in again, or look at them with: kubectl config view',
        status,
      );
    case 403:
      return new KubernetesError('forbidden', said, 'grant this right to the user of the kubeconfig', status);
    case 404:
      return new KubernetesError('not-found', said, 'is what defines this resource installed?', status);
    case 429:
      return unavailable(`${said} (asked ${attempts} times)`, status);
    default:
      if (status >= 500) return unavailable(`${said} (asked ${attempts} times)`, status);
      return new KubernetesError('unexpected', said, '', status);
  }
}

const unavailable = (message: string, status: number): KubernetesError =>
  new KubernetesError('unavailable', message, 'look at the API server and its load, then try again', status);
