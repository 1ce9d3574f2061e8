/**
 * The release of Open vSwitch in a version text. BlueField's own numbering says which release it is made from:
 * 2.9.0-0060-24.10-based-3.3.3 is 3.3.3.
 */
export const ovsRelease = (text: string): string | undefined =>
  /based-(\d+\.\d+[\d.]*)/.exec(text)?.[1] ?? /^v?(\d+\.\d+[\d.]*)/.exec(text.trim())?.[1];

/** The day that names release 4.11 of iproute2, the last before the one that is asked for (seed A L6). */
const DAY_OF_4_11 = 170_501;

/**
 * Whether the iproute2 that `ip -V` names is 4.12 or above: iproute2-6.1.0 says its number, while releases up to 4.20
 * say the day they were made on, as iproute2-ss170501. Undefined where it can't be told.
 */
export function iprouteSuffices(text: string): boolean | undefined {
  const day = /^iproute2-ss(\d{6})/.exec(text)?.[1];
  if (day !== undefined) return Number(day) > DAY_OF_4_11;
  const release = /^iproute2-v?(\d+\.\d+[\d.]*)/.exec(text)?.[1];
  return release === undefined ? undefined : atLeast(release, '4.12');
}

/** Compares releases number by number: 2.9 is before 2.13. */
export function atLeast(release: string, needed: string): boolean {
  const have = release.split('.').map(Number);
  const want = needed.split('.').map(Number);
  for (const [index, number] of want.entries()) {
    const difference = (have[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Major and minor number of a release of Kubernetes. */
export interface KubernetesRelease {
  readonly major: number;
  readonly minor: number;
  toString(): string;
}

const aRelease = (major: number, minor: number): KubernetesRelease => ({
  major,
  minor,
  toString: () => `v${major}.${minor}`,
});

/** `v1.25.16`, `v1.27.3+rke2r1`, `v1.30.1-eks-1234`; undefined where it is no such text. */
export function kubernetesRelease(text: string): KubernetesRelease | undefined {
  const [, major, minor] = /^v?(\d{1,4})\.(\d{1,4})(?:[.+-]|$)/.exec(text) ?? [];
  return major === undefined ? undefined : aRelease(Number(major), Number(minor));
}

/**
 * The oldest kubelet that an API server supports: three minor versions back, and two for a kubelet before 1.25
 * (kubernetes.io/releases/version-skew-policy).
 */
export const oldestKubelet = (server: KubernetesRelease, kubelet: KubernetesRelease): KubernetesRelease =>
  aRelease(server.major, Math.max(0, server.minor - (kubelet.minor < 25 ? 2 : 3)));
