import { identity } from './identity.ts';
import { links } from './links.ts';
import { netdevs } from './netdevs.ts';
import { pci } from './pci.ts';
import { processes } from './processes.ts';

/** Every fact that is gathered from a node, by the name that checks require it by. */
export const FACTS = {
  identity,
  links,
  netdevs,
  pci,
  processes,
} as const;

export type FactName = keyof typeof FACTS;

/** The value of each fact. */
export type FactValues = { readonly [Name in FactName]: ReturnType<(typeof FACTS)[Name]['parse']> };
