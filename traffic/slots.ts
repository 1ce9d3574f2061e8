/** A number of places of which each piece of work takes some; who comes first is served first. */
export interface Slots {
  /** Does the work while it holds `weight` places, or all where there are not so many. Nothing is done after an abort. */
  run<Result>(signal: AbortSignal, work: () => Promise<Result>, weight?: number): Promise<Result | undefined>;
}

export function slots(places: number): Slots {
  let free = places;
  const waiting: { readonly weight: number; readonly enter: () => void }[] = [];
  const admit = (): void => {
    for (let next = waiting[0]; next !== undefined && next.weight <= free; next = waiting[0]) {
      waiting.shift();
      free -= next.weight;
      next.enter();
    }
  };
  return {
    async run(signal, work, wanted = 1) {
      if (signal.aborted) return undefined;
      const weight = Math.min(Math.max(1, wanted), places);
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const waiter = { weight, enter: () => resolve(true) };
      const leave = (): void => {
        const index = waiting.indexOf(waiter);
        if (index < 0) return;
        waiting.splice(index, 1);
        resolve(false);
        admit();
      };
      waiting.push(waiter);
      signal.addEventListener('abort', leave, { once: true });
      admit();
      const entered = await promise;
      signal.removeEventListener('abort', leave);
      if (!entered) return undefined;
      try {
        return await work();
      } finally {
        free += weight;
        admit();
      }
    },
  };
}
