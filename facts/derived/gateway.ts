import { type Evidence, evidence } from '../fact.ts';
import type { Link } from '../links.ts';
import type { Netdev } from '../netdevs.ts';
import type { Pci } from '../pci.ts';

/** The name that OVN-Kubernetes gives the management port once it has set it up. */
export const RENAMED_MANAGEMENT_PORT = 'ovn-k8s-mp0';

/** One step of the derivation: what it found, or the error that OVN-Kubernetes ends with there, in its own words. */
export type Step<Value> =
  | { readonly ok: true; readonly value: Value; readonly evidence: Evidence }
  | { readonly ok: false; readonly error: string; readonly evidence: Evidence };

/**
 * How OVN-Kubernetes finds the gateway interface for derive-from-mgmt-port (seed G L15-19), step by step. A step is
 * undefined where the one before it failed.
 */
export interface Derivation {
  /** 1: the management port's network device, under its own name or as ovn-k8s-mp0. */
  readonly netdev: Step<string>;
  /** 2: its PCI address. */
  readonly vf: Step<string> | undefined;
  /** 3: the PCI address of the PF. */
  readonly pf: Step<string> | undefined;
  /** 4 and 5: the PF's network devices in byte order; the first one becomes the gateway interface. */
  readonly netdevs: Step<readonly string[]> | undefined;
}

export interface DerivationFacts {
  readonly links: readonly Link[];
  readonly netdevs: ReadonlyMap<string, Netdev>;
  readonly pci: Pci;
}

/** The management port as it is given to OVN-Kubernetes: by name, or by the device that the device plugin chose. */
export type ManagementPort = { readonly netdev: string } | { readonly device: string };

/** Retraces the derivation. Error texts: OVN-Kubernetes go-controller/pkg/node and sriovnet, which it calls. */
export function deriveGateway(port: ManagementPort, facts: DerivationFacts): Derivation {
  const netdev = 'netdev' in port ? findNetdev(port.netdev, facts) : netdevOfDevice(port.device, facts);
  const vf = netdev.ok ? pciAddressOf(netdev.value, facts) : undefined;
  const pf = vf?.ok ? physfnOf(vf.value, facts) : undefined;
  const netdevs = pf?.ok ? netdevsOf(pf.value, facts) : undefined;
  return { netdev, vf, pf, netdevs };
}

function findNetdev(name: string, { links }: DerivationFacts): Step<string> {
  const find = (wanted: string) =>
    links.find((link) => link.name === wanted || link.altnames.includes(wanted));
  const link = find(name) ?? find(RENAMED_MANAGEMENT_PORT);
  if (link === undefined) {
    return {
      ok: false,
      error: `failed to get link device for ${name}. Link not found`,
      evidence: evidence(
        'ip -j -d addr show',
        `neither ${name} nor ${RENAMED_MANAGEMENT_PORT} among ${links.map((one) => one.name).join(', ') || 'no devices'}`,
      ),
    };
  }
  const said = link.name === name ? name : `${link.name}, in place of ${name}`;
  return { ok: true, value: link.name, evidence: evidence('ip -j -d addr show', said) };
}

function netdevOfDevice(device: string, { pci }: DerivationFacts): Step<string> {
  const directory = `/sys/bus/pci/devices/${device}/net`;
  const name = pci.functions.get(device)?.netdevs[0];
  if (name !== undefined) return { ok: true, value: name, evidence: evidence(`ls ${directory}`, name) };
  const said = pci.functions.has(device) ? 'no network device' : 'no such PCI function';
  return {
    ok: false,
    error: `failed to get netdev name for device ${device} allocated for default network: ${said}`,
    evidence: evidence(`ls ${directory}`, said),
  };
}

function pciAddressOf(name: string, { netdevs }: DerivationFacts): Step<string> {
  const path = `/sys/class/net/${name}`;
  const netdev = netdevs.get(name);
  const link = netdev?.sysfsLink;
  if (netdev === undefined || link === undefined) {
    return {
      ok: false,
      error: `device ${name} not found: readlink ${path}: no such file or directory`,
      evidence: evidence(`readlink ${path}`, 'No such file or directory'),
    };
  }
  if (netdev.pciAddress === undefined) {
    return {
      ok: false,
      error: `device ${name} is not a PCI device: ${link}`,
      evidence: evidence(`readlink ${path}`, link),
    };
  }
  return { ok: true, value: netdev.pciAddress, evidence: evidence(`readlink ${path}`, link) };
}

function physfnOf(vf: string, { pci }: DerivationFacts): Step<string> {
  const path = `/sys/bus/pci/devices/${vf}/physfn`;
  const { physfn, physfnLink } = pci.functions.get(vf) ?? {};
  if (physfn === undefined || physfnLink === undefined) {
    return {
      ok: false,
      error: `failed to read physfn link, provided address may not be a VF. readlink ${path}: no such file or directory`,
      evidence: evidence(`readlink ${path}`, 'No such file or directory'),
    };
  }
  return { ok: true, value: physfn, evidence: evidence(`readlink ${path}`, physfnLink) };
}

function netdevsOf(pf: string, { pci }: DerivationFacts): Step<readonly string[]> {
  const directory = `/sys/bus/pci/devices/${pf}/net`;
  const { hasNetDirectory = false, netdevs = [] } = pci.functions.get(pf) ?? {};
  if (netdevs.length > 0)
    return { ok: true, value: netdevs, evidence: evidence(`ls ${directory}`, netdevs.join(' ')) };
  return hasNetDirectory
    ? {
        ok: false,
        error: `no netdevs found for pci address ${pf}`,
        evidence: evidence(`ls ${directory}`, 'the directory is empty'),
      }
    : {
        ok: false,
        error: `could not stat the directory ${directory}: stat ${directory}: no such file or directory`,
        evidence: evidence(`ls ${directory}`, 'No such file or directory'),
      };
}

/** It stands for another function's port on this eswitch: a PF, VF or SF representor by its phys_port_name. */
export const isRepresentor = (netdev: Netdev | undefined): boolean =>
  /^(c\d+)?pf\d+((vf|sf)\d+)?$/.test(netdev?.physPortName ?? '');
