import type { LabNode } from './node.ts';

export const OVN_NORTHD = `ovn-northd --ovnnb-db=unix:/run/ovn/ovnnb_db.sock --ovnsb-db=unix:/run/ovn/ovnsb_db.sock \
  --no-chdir --detach --pidfile=/run/ovn/ovn-northd.pid --log-file=/var/log/ovn/ovn-northd.log -vconsole:off`;

/** Starts the northbound and southbound databases and northd, with the given ovn-nbctl commands applied. */
export async function startCentral(node: LabNode, commands: readonly string[]): Promise<void> {
  const database = (short: string, schema: string, port: number) => `
    ovsdb-tool create /var/lib/ovn/ovn${short}_db.db /usr/share/ovn/ovn-${short}.ovsschema
    ovsdb-server /var/lib/ovn/ovn${short}_db.db --unixctl=/run/ovn/ovn${short}_db.ctl \\
      --remote=punix:/run/ovn/ovn${short}_db.sock --remote=ptcp:${port}:0.0.0.0 \\
      --remote=db:${schema},connections --no-chdir --detach -vconsole:off \\
      --pidfile=/run/ovn/ovn${short}_db.pid --log-file=/var/log/ovn/ovsdb-server-${short}.log`;
  await node.sh(`
    mkdir -p /var/lib/ovn /run/ovn
    ${database('nb', 'OVN_Northbound,NB_Global', 6641)}
    ${database('sb', 'OVN_Southbound,SB_Global', 6642)}
    ${OVN_NORTHD}
    ovn-nbctl --timeout=20 ${commands.map((command) => `-- ${command}`).join(' ')}`);
}

export const OVN_CONTROLLER = `ovn-controller unix:/var/run/openvswitch/db.sock --no-chdir --detach \
  --pidfile=/run/ovn/ovn-controller.pid --log-file=/var/log/ovn/ovn-controller.log -vconsole:off`;

export async function startController(node: LabNode): Promise<void> {
  await node.sh(`mkdir -p /run/ovn; ${OVN_CONTROLLER}`);
}
