import type { ConfigMap } from '../../cluster/config-maps.ts';
import type { Workload } from '../../cluster/workloads.ts';
import { type JsonRecord, optionalText, record, records, text, texts } from '../../json.ts';
import { oncePer } from './by-node.ts';
import { type FunctionSelector, parseFunctionSelector } from './function-selector.ts';
import { prefixOf } from './network-workloads.ts';

/** A pool of devices that the SR-IOV device plugin offers as a resource (its docs/README.md, "Configurations"). */
export interface DevicePool {
  /** As nodes and pods name it: the prefix, `/`, and the name. */
  readonly resource: string;
  readonly name: string;
  /** The entry says its prefix itself. */
  readonly hasPrefix: boolean;
  /** netDevice unless the entry says otherwise. */
  readonly deviceType: string;
  /** Such as `kube-system/sriovdp-config config.json`. */
  readonly from: string;
  /** The one node that it is for; undefined for every node that the plugin runs on. */
  readonly node: string | undefined;
  /** A device is in the pool where any of them takes it; none where the entry has no selectors. */
  readonly selectors: readonly DeviceSelector[];
}

/** What devices must be; of a list that is empty everything fits. */
export interface DeviceSelector {
  readonly vendors: readonly string[];
  readonly devices: readonly string[];
  readonly drivers: readonly string[];
  readonly pciAddresses: readonly string[];
  readonly pfNames: readonly FunctionSelector[];
  readonly rootDevices: readonly FunctionSelector[];
}

/** Why a configuration, or an entry of it, can't be used. */
export type PoolFault = { readonly from: string; readonly entry: string } & (
  | {
      readonly kind: 'not-json' | 'no-list' | 'selector' | 'no-selector' | 'nothing-selected' | 'bad-type';
      readonly why: string;
    }
  | { readonly kind: 'bad-name' | 'duplicate' }
);

export interface DevicePools {
  /** Each configuration that was read, as in a pool's `from`. */
  readonly sources: readonly string[];
  readonly pools: readonly DevicePool[];
  readonly faults: readonly PoolFault[];
}

/** The pools of the ConfigMaps that a device plugin reads. Total. */
export function devicePools(configMaps: readonly ConfigMap[], workloads: readonly Workload[]): DevicePools {
  const found = read(configMaps);
  const prefix = prefixOf(workloads);
  return {
    ...found,
    pools: found.pools.map((pool) =>
      pool.hasPrefix ? pool : { ...pool, resource: `${prefix}/${pool.name}` },
    ),
  };
}

const read = oncePer((configMaps: readonly ConfigMap[]): DevicePools => {
  const parts = configMaps.flatMap(({ namespace, name, data }) =>
    [...data]
      .filter(([key, value]) => isConfiguration(name, key, value))
      .map(([key, value]) => readOne(`${namespace}/${name} ${key}`, key, value)),
  );
  return {
    sources: parts.flatMap(({ sources }) => sources),
    pools: parts.flatMap(({ pools }) => pools),
    faults: parts.flatMap(({ faults }) => faults),
  };
});

/** The SR-IOV operator writes a key for each node in the place of config.json. */
const isConfiguration = (name: string, key: string, value: string): boolean =>
  value.includes('"resourceList"') || (key === COMMON_KEY && name.includes('sriov'));

const COMMON_KEY = 'config.json';

function readOne(from: string, key: string, value: string): DevicePools {
  const sources = [from];
  const broken = (kind: 'not-json' | 'no-list', why: string): DevicePools => ({
    sources,
    pools: [],
    faults: [{ kind, from, entry: from, why }],
  });
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch (error) {
    return broken('not-json', error instanceof Error ? error.message : String(error));
  }
  const node = key === COMMON_KEY ? undefined : key;
  const given = record(json)['resourceList'];
  const list = records(given);
  // The SR-IOV operator writes null for a node that no policy selects, and runs no plugin there.
  if (node !== undefined && list.length === 0 && (given === null || Array.isArray(given)))
    return { sources, pools: [], faults: [] };
  if (list.length === 0) return broken('no-list', 'it has no resourceList, or an empty one');
  const pools = list.map((entry) => poolOf(entry, from, node));
  const faults = pools.flatMap((pool, index) => [
    ...faultsOf(pool, pools.slice(0, index)),
    ...unreadable(list[index]?.['selectors']).map(
      (why): PoolFault => ({ kind: 'no-selector', from, entry: pool.name, why }),
    ),
  ]);
  return { sources, pools, faults };
}

function poolOf(entry: JsonRecord, from: string, node: string | undefined): DevicePool {
  const name = text(entry, 'resourceName');
  const prefix = optionalText(entry, 'resourcePrefix');
  const selectors = entry['selectors'];
  return {
    name,
    resource: `${prefix ?? ''}/${name}`,
    hasPrefix: prefix !== undefined,
    deviceType: optionalText(entry, 'deviceType') ?? 'netDevice',
    from,
    node,
    // One object, or a list of them: releases since 3.6 take both.
    selectors: (Array.isArray(selectors) ? records(selectors) : records([selectors])).map(selectorOf),
  };
}

const selectorOf = (selector: JsonRecord): DeviceSelector => ({
  vendors: texts(selector['vendors']),
  devices: texts(selector['devices']),
  drivers: texts(selector['drivers']),
  pciAddresses: texts(selector['pciAddresses']).map((address) => address.toLowerCase()),
  pfNames: texts(selector['pfNames']).map(parseFunctionSelector),
  rootDevices: texts(selector['rootDevices']).map(parseFunctionSelector),
});

/** What the plugin can't read as its selectors (pkg/factory, parseObjectOrSlice): each of them is a list of texts. */
const unreadable = (selectors: unknown): readonly string[] =>
  (Array.isArray(selectors) ? selectors : [selectors]).flatMap((selector) =>
    SELECTORS.filter((name) => {
      const value = record(selector)[name] ?? [];
      return !Array.isArray(value) || value.some((one) => typeof one !== 'string');
    }).map((name) => `${name} is ${JSON.stringify(record(selector)[name])?.slice(0, 80)}`),
  );

const SELECTORS = ['vendors', 'devices', 'drivers', 'pciAddresses', 'pfNames', 'rootDevices', 'linkTypes'];

/** Letters, digits and _; newer releases take - too (pkg/utils, ValidResourceName; DPF's bf3-p0-vfs). */
const VALID_NAME = /^[A-Za-z0-9_-]+$/;

/** SR-IOV device plugin, pkg/types: SupportedDevices. */
const DEVICE_TYPES = ['netDevice', 'accelerator', 'auxNetDevice'];

function faultsOf(pool: DevicePool, before: readonly DevicePool[]): readonly PoolFault[] {
  const about = { from: pool.from, entry: pool.name };
  const faults: PoolFault[] = [];
  if (!VALID_NAME.test(pool.name)) faults.push({ ...about, kind: 'bad-name' });
  if (before.some(({ resource }) => resource === pool.resource)) faults.push({ ...about, kind: 'duplicate' });
  if (!DEVICE_TYPES.includes(pool.deviceType))
    faults.push({ ...about, kind: 'bad-type', why: pool.deviceType });
  if (pool.selectors.length === 0)
    faults.push({ ...about, kind: 'nothing-selected', why: 'it has no selectors' });
  for (const { pfNames, rootDevices } of pool.selectors)
    for (const { fault } of [...pfNames, ...rootDevices])
      if (fault !== undefined) faults.push({ ...about, kind: 'selector', why: fault });
  return faults;
}

/** The pools that are offered on a node. */
export const poolsOf = ({ pools }: DevicePools, node: string): readonly DevicePool[] =>
  pools.filter((pool) => pool.node === undefined || pool.node === node);
