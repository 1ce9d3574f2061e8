import test from 'ava';
import { aLink, anOvnkube, aSetting, dpuHost, judgeNode, onlyFault } from '../../helpers/node-facts.ts';

test('neither the management port nor the loopback is a gateway interface', (t) => {
  const given = (name: string) => {
    const facts = dpuHost();
    facts.ovnkube = anOvnkube({ gatewayInterface: aSetting('gateway-interface', name) });
    facts.links = [...facts.links, aLink('lo', { flags: ['LOOPBACK', 'UP', 'LOWER_UP'] })];
    return judgeNode(facts, ['gateway']);
  };
  t.regex(
    onlyFault(t, given('pf0vf0'), 'gateway/interface-setting', 'NO_WAY_OUT').message,
    /^the gateway interface is pf0vf0, the management port:/,
  );
  onlyFault(t, given('lo'), 'gateway/interface-setting', 'NO_WAY_OUT');
  t.is(given('eth0').get('gateway/interface-setting')?.verdict, 'pass');
});
