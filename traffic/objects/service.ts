import { number, record, records, text, texts } from '../../facts/json.ts';
import type { Endpoint } from '../../facts/traffic/path.ts';
import { ECHO_PORT, type MadeService } from './pods.ts';

/** The Service in front of an endpoint, as the server made it. Undefined where it has no addresses. Total. */
export function madeService(object: unknown, endpoint: Endpoint): MadeService | undefined {
  const spec = record(record(object)['spec']);
  const metadata = record(record(object)['metadata']);
  // Servers before v1.20 know of one address alone.
  const all = [...new Set([text(spec, 'clusterIP'), ...texts(spec['clusterIPs'])])];
  const isV6 = (address: string): boolean => address.includes(':');
  const addresses = all.filter((address) => address !== '' && address !== 'None');
  const [port] = records(spec['ports']);
  const nodePort = port && number(port, 'nodePort');
  if (addresses.length === 0 || nodePort === undefined) return undefined;
  return {
    name: `${text(metadata, 'namespace')}/${text(metadata, 'name')}`,
    endpoint,
    addresses: [...addresses.filter((address) => !isV6(address)), ...addresses.filter(isV6)],
    port: ECHO_PORT,
    nodePort,
  };
}
