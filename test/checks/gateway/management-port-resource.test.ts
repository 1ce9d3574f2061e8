import test from 'ava';
import { evidence } from '../../../facts/fact.ts';
import { anOvnkube, aSetting, dpuHost, judgeNode, onlyFault } from '../../helpers/node-facts.ts';

test('a resource whose devices are none is that failure alone, though a network device is given too', (t) => {
  const variable = 'PCIDEVICE_NVIDIA_COM_VF';
  const empty = { value: '', evidence: evidence('/proc/4711/environ (ovnkube)', `${variable}=`) };
  const facts = dpuHost();
  facts.ovnkube = anOvnkube({
    managementPortResource: aSetting('ovnkube-node-mgmt-port-dp-resource-name', 'nvidia.com/vf'),
    devices: new Map([[variable, empty]]),
  });
  onlyFault(t, judgeNode(facts, ['gateway']), 'gateway/management-port-resource', 'NO_DEVICES');
});
