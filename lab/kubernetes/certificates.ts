import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { bits, boolean, encode, integer, octets, oid, sequence, set, text, time } from './der.ts';

/** A certificate with its private key, both as PEM. */
export interface Credentials {
  certificate: string;
  key: string;
}

export interface Subject {
  /** The user, as Kubernetes takes it. */
  commonName: string;
  /** The group. */
  organization?: string;
  /** Names and IPv4 addresses of a server. */
  hosts?: readonly string[];
  /** A year from now unless given. */
  notAfter?: Date;
}

/** A certificate authority of one lab. */
export interface Authority extends Credentials {
  issue(subject: Subject): Credentials;
}

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;

const NAME = nameOf({ commonName: 'dpu-doctor-lab' });

export function createAuthority(): Authority {
  const { publicKey, privateKey } = newPair();
  const mayIssue = extension('2.5.29.19', sequence(boolean(true)), true);
  const certificate = certify({ subject: NAME, publicKey, extensions: [mayIssue] }, privateKey);
  return authorityOf({ certificate, key: privatePem(privateKey) });
}

/** The authority whose certificate and key were kept. */
export function authorityOf({ certificate, key }: Credentials): Authority {
  const signer = createPrivateKey(key);
  return {
    certificate,
    key,
    issue(subject) {
      const { publicKey, privateKey } = newPair();
      const wanted = {
        subject: nameOf(subject),
        publicKey,
        extensions: [usages(), ...alternativeNames(subject.hosts ?? [])],
        ...(subject.notAfter === undefined ? {} : { notAfter: subject.notAfter }),
      };
      return { certificate: certify(wanted, signer), key: privatePem(privateKey) };
    },
  };
}

const newPair = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

interface Wanted {
  subject: Buffer;
  publicKey: KeyObject;
  extensions: readonly Buffer[];
  notAfter?: Date;
}

/** An X.509 v3 certificate, as RFC 5280 lays it out. */
function certify(wanted: Wanted, signer: KeyObject): string {
  const notAfter = wanted.notAfter ?? new Date(Date.now() + YEAR);
  const notBefore = new Date(Math.min(Date.now(), notAfter.getTime()) - HOUR);
  const body = sequence(
    encode(0xa0, integer(Buffer.from([2]))),
    // Never zero and never with superfluous leading bytes.
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    NAME,
    sequence(time(notBefore), time(notAfter)),
    wanted.subject,
    wanted.publicKey.export({ type: 'spki', format: 'der' }),
    encode(0xa3, sequence(...wanted.extensions)),
  );
  return pem('CERTIFICATE', sequence(body, ECDSA_WITH_SHA256, bits(sign('sha256', body, signer))));
}

function nameOf({ commonName, organization }: Subject): Buffer {
  const attribute = (id: string, value: string) => set(sequence(oid(id), text(value)));
  const group = organization === undefined ? [] : [attribute('2.5.4.10', organization)];
  return sequence(...group, attribute('2.5.4.3', commonName));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));
}

/** For servers and clients. */
const usages = (): Buffer =>
  extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2')));

function alternativeNames(hosts: readonly string[]): Buffer[] {
  if (hosts.length === 0) return [];
  const names = hosts.map((host) =>
    isIPv4(host) ? encode(0x87, Buffer.from(host.split('.').map(Number))) : encode(0x82, Buffer.from(host)),
  );
  return [extension('2.5.29.17', sequence(...names))];
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

const privatePem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
