import { devlink } from './devlink.ts';
import { ethtool } from './ethtool.ts';
import { identity } from './identity.ts';
import { links } from './links.ts';
import { lspci } from './lspci.ts';
import { netdevs } from './netdevs.ts';
import { ovnkube } from './ovnkube.ts';
import { pci } from './pci.ts';
import { processes } from './processes.ts';

/** Every fact that is gathered from a node, by the name that checks require it by. */
export const FACTS = {
  devlink,
  ethtool,
  identity,
  links,
  lspci,
  netdevs,
  ovnkube,
  pci,
  processes,
} as const;

export type FactName = keyof typeof FACTS;

/** The value of each fact. */
export type FactValues = { readonly [Name in FactName]: ReturnType<(typeof FACTS)[Name]['parse']> };
