import type { Connection } from './connection.ts';
import { KubernetesError } from './error.ts';
import { type RequestOptions, request } from './request.ts';

export interface ListOptions extends RequestOptions {
  /** Objects a page; 500 unless given, as kubectl does. */
  readonly limit?: number;
  /** Only objects of which this is true, such as `type!=Normal`. */
  readonly fieldSelector?: string;
  /** Only objects whose labels are so, such as `app.kubernetes.io/name=web`. */
  readonly labelSelector?: string;
}

export interface List {
  /** As the server gave them: nothing in them is to be trusted. */
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  /** How often the server was asked, repetitions not counted. */
  readonly requests: number;
}

interface Page {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  readonly continue: string;
}

/**
 * Lists all objects of a kind, page after page, as they were at one moment. Where the server has forgotten that moment
 * (410), everything is read anew at once, as client-go does. Rejects only with a {@link KubernetesError}.
 */
export async function list(connection: Connection, path: string, options: ListOptions): Promise<List> {
  const { limit = 500, fieldSelector, labelSelector } = options;
  const chosen: Record<string, string> = {
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
  };
  const items: unknown[] = [];
  const seen = new Set<string>();
  let token = '';
  for (let requests = 1; ; requests++) {
    const query = new URLSearchParams({
      ...chosen,
      limit: String(limit),
      ...(token ? { continue: token } : {}),
    });
    let page: Page;
    try {
      page = pageOf(await request(connection, `${path}?${query}`, options), path);
    } catch (error) {
      if (!token || !(error instanceof KubernetesError) || error.status !== 410) throw error;
      const query = new URLSearchParams(chosen);
      const all = query.size === 0 ? path : `${path}?${query}`;
      const whole = pageOf(await request(connection, all, options), path);
      return { items: whole.items, resourceVersion: whole.resourceVersion, requests: requests + 1 };
    }
    for (const item of page.items) items.push(item);
    if (!page.continue) return { items, resourceVersion: page.resourceVersion, requests };
    if (seen.has(page.continue)) throw unexpected(path, 'the pages go round in circles');
    seen.add(page.continue);
    token = page.continue;
  }
}

function pageOf(answer: unknown, path: string): Page {
  const { items, metadata } = (answer ?? {}) as { items?: unknown; metadata?: Record<string, unknown> };
  if (!Array.isArray(items)) throw unexpected(path, 'the answer is no list');
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    items,
    resourceVersion: text(metadata?.['resourceVersion']),
    continue: text(metadata?.['continue']),
  };
}

const unexpected = (path: string, what: string): KubernetesError =>
  new KubernetesError(
    'unexpected',
    `${path}: ${what}`,
    'is that address the API server, or something in front of it?',
  );
