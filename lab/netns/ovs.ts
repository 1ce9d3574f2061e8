import type { LabNode } from './node.ts';

export interface OvsSettings {
  externalIds?: Record<string, string>;
  otherConfig?: Record<string, string>;
}

export const OVSDB_SERVER = `ovsdb-server /etc/openvswitch/conf.db \
  --remote=punix:/var/run/openvswitch/db.sock --remote=db:Open_vSwitch,Open_vSwitch,manager_options \
  --no-chdir --log-file --pidfile --detach -vconsole:off`;

export const OVS_VSWITCHD = `ovs-vswitchd unix:/var/run/openvswitch/db.sock \
  --no-chdir --log-file --pidfile --detach -vconsole:off`;

/** Starts Open vSwitch the way ovs-ctl does. The settings are in the database before ovs-vswitchd first runs. */
export async function startOvs(node: LabNode, settings: OvsSettings): Promise<void> {
  const systemId = settings.externalIds?.['system-id'] ?? '';
  await node.sh(`
    mkdir -p /etc/openvswitch /run/openvswitch
    echo ${systemId} >/etc/openvswitch/system-id.conf
    ovsdb-tool create /etc/openvswitch/conf.db /usr/share/openvswitch/vswitch.ovsschema
    ${OVSDB_SERVER}
    version=$(ovs-vswitchd --version | sed -n '1s/.* //p')
    ovs-vsctl --no-wait -- init -- set Open_vSwitch . ovs-version="$version" \\
      system-type=ubuntu system-version=22.04 \\
      ${ovsSet('external_ids', settings.externalIds)} ${ovsSet('other_config', settings.otherConfig)}
    ${OVS_VSWITCHD}`);
}

/** The `column:key="value"` arguments of ovs-vsctl's set, quoted for a shell. */
export function ovsSet(column: string, values: Record<string, string> = {}): string {
  return Object.entries(values)
    .map(([key, value]) => `'${column}:${key}="${value}"'`)
    .join(' ');
}
