import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

/** The addresses that systemd-resolved's stub listens on (systemd-resolved.service(8)). */
const STUBS = ['127.0.0.53', '127.0.0.54'];

/** What systemd takes for false (systemd.syntax(7)). */
const OFF = ['no', 'n', 'false', 'f', 'off', '0'];

export const dnsStub = defineCheck({
  id: 'system/dns-stub',
  title: "systemd-resolved's stub resolver is disabled",
  description:
    'The DPF control plane hands the resolver of its nodes to pods, where 127.0.0.53 leads nowhere.',
  severity: 'error',
  scope: 'node',
  roles: ['control-plane'],
  tags: ['system', 'dpf'],
  covers: ['D6'],
  requires: ['dpf', 'resolver'],
  messages: {
    STUB_USED: {
      text: '/etc/resolv.conf points to the stub resolver {address}',
      cause: 'DNS stub resolver should be disabled if using systemd resolvd',
      remedy: 'sudo ln -sf /run/systemd/resolve/resolv.conf /etc/resolv.conf',
      source: 'seed D L76',
    },
    STUB_LISTENS: {
      text: 'DNSStubListener is {value}',
      cause: 'DNS stub resolver should be disabled if using systemd resolvd',
      remedy: 'Set DNSStubListener=no in {file}, then: sudo systemctl restart systemd-resolved',
      source: 'seed D L76',
    },
  },
  docs: ['seed D L76'],
  judge({ facts: { dpf, resolver }, report }) {
    if (dpf.length === 0) {
      return notApplicable('no pod of the DPF operator has run on this node', [
        evidence('ls -d /var/log/pods/dpf-operator-system_*', 'none exists'),
      ]);
    }
    const stub = resolver.nameservers.find((address) => STUBS.includes(address));
    const servers = evidence('/etc/resolv.conf', `nameserver ${resolver.nameservers.join(' ') || 'none'}`);
    const setting = resolver.stubListener.at(-1);
    const listener = evidence(
      setting?.file ?? '/etc/systemd/resolved.conf',
      setting ? `DNSStubListener=${setting.value}` : 'DNSStubListener is not set, which means yes',
    );
    const isOff = OFF.includes((setting?.value ?? '').toLowerCase());
    // Where nothing is set it means yes, but only to a systemd-resolved that runs; who set it wants it to run.
    const isSetOn = setting !== undefined && !isOff;
    if (!resolver.resolvedRuns && stub === undefined && !isSetOn) {
      return notApplicable('systemd-resolved does not run here', [servers]);
    }
    if (stub !== undefined) {
      const about = { subject: '/etc/resolv.conf', args: { address: stub }, observed: servers.said };
      return verdictOf(
        [report('STUB_USED', { ...about, expected: 'the real name servers', evidence: [servers, listener] })],
        [],
      );
    }
    if (isOff) return verdictOf([], [servers, listener]);
    const value = setting?.value ?? 'not set, which means yes';
    const about = {
      subject: 'DNSStubListener',
      args: { value, file: setting?.file ?? '/etc/systemd/resolved.conf' },
      observed: listener.said,
      expected: 'DNSStubListener=no',
    };
    return verdictOf([report('STUB_LISTENS', { ...about, evidence: [listener] })], []);
  },
});
