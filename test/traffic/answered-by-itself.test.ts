import test from 'ava';
import { unlessItsOwnConnection, unlessItsOwnPing } from '../../traffic/answered-by-itself.ts';
import { aConversation, aPath, aPing, aPod } from '../helpers/traffic.ts';

const TO = aPod('host2', 2);
const TWIN = { ...aPod('host1', 1), addresses: ['10.244.1.5', '10.244.2.5'] };

test('what a sender answers itself, because it has the address by mistake, is no answer', (t) => {
  const ping = { ok: true, value: aPing() } as const;
  t.like(unlessItsOwnPing(aPath(TWIN, TO), ping), { value: { sent: 5, received: 0 } });
  t.is(unlessItsOwnPing(aPath(aPod('host1', 1), TO), ping), ping);
  const tcp = { ok: true, value: aConversation() } as const;
  t.like(unlessItsOwnConnection(aPath(TWIN, TO, { protocol: 'tcp' }), tcp), {
    value: { connected: false, received: 0 },
  });
  t.is(
    unlessItsOwnConnection(aPath(TO, TWIN, { protocol: 'tcp' }), tcp),
    tcp,
    'to another one of its addresses',
  );
});
