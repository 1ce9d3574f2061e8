import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Text that occurs once, and what takes its place. */
type Edit = readonly [find: string, replace: string];

/** The uplink is p0, not p1, and the second port is the host PF's representor. */
const ports: Edit[] = [
  [
    `		attrs.phys.port_number = port_index + 1;
`,
    `		if (port_index == 1) {
			attrs.flavour = DEVLINK_PORT_FLAVOUR_PCI_PF;
			attrs.pci_pf.pf = 0;
		} else {
			attrs.phys.port_number = port_index;
		}
`,
  ],
];

/** Representors of VFs can be wired to a function, like physical ports. */
const wiring: Edit[] = [
  [
    `	.ndo_setup_tc		= nsim_setup_tc,
	.ndo_set_features	= nsim_set_features,
};
`,
    `	.ndo_setup_tc		= nsim_setup_tc,
	.ndo_set_features	= nsim_set_features,
	.ndo_open		= nsim_open,
	.ndo_stop		= nsim_stop,
};
`,
  ],
  [
    `	ns->netdev->netdev_ops = &nsim_vf_netdev_ops;
	rtnl_lock();
	err = register_netdevice(ns->netdev);
`,
    `	ns->netdev->netdev_ops = &nsim_vf_netdev_ops;
	rtnl_lock();
	err = nsim_queue_init(ns) ?: register_netdevice(ns->netdev);
`,
  ],
  [
    `	unregister_netdevice(dev);
`,
    `	unregister_netdevice(dev);
	eswitch_forget(dev);
	if (!nsim_dev_port_is_pf(ns->nsim_dev_port))
		nsim_queue_free(ns);
`,
  ],
  [
    `	return dev->netdev_ops == &nsim_netdev_ops;
`,
    `	return dev->netdev_ops == &nsim_netdev_ops || dev->netdev_ops == &nsim_vf_netdev_ops;
`,
  ],
  // The other end of a cable is not a netdev's "link".
  [
    `	.ndo_get_iflink		= nsim_get_iflink,
`,
    '',
  ],
  [`static int nsim_get_iflink(`, `static int __maybe_unused nsim_get_iflink(`],
];

const counters: Edit[] = [
  [
    `		skb_mark_napi_id(skb, &rq->napi);
`,
    `		skb_mark_napi_id(skb, &rq->napi);
		eswitch_count_rx(netdev_priv(rq->napi.dev), skb);
`,
  ],
  [
    `		stats->tx_dropped = ns->tx_dropped;
`,
    `		stats->tx_dropped = ns->tx_dropped;
		stats->rx_packets = ns->rx_packets;
		stats->rx_bytes = ns->rx_bytes;
`,
  ],
];

const offload: Edit[] = [
  [
    `#include "netdevsim.h"
`,
    `#include "netdevsim.h"
#include "eswitch.h"
`,
  ],
  [
    `	peer_dev = peer_ns->netdev;
	rxq =`,
    `	peer_dev = eswitch_forward(peer_ns->netdev, skb) ?: peer_ns->netdev;
	peer_ns = netdev_priv(peer_dev);
	rxq =`,
  ],
  [
    `	return nsim_bpf_setup_tc_block_cb(type, type_data, cb_priv);
`,
    `	if (type == TC_SETUP_CLSFLOWER)
		return eswitch_setup_flower(((struct netdevsim *)cb_priv)->netdev, type_data);
	return nsim_bpf_setup_tc_block_cb(type, type_data, cb_priv);
`,
  ],
];

const edits: Record<string, Edit[]> = {
  Makefile: [['netdev.o dev.o', 'netdev.o eswitch.o dev.o']],
  'dev.c': ports,
  'netdev.c': [...wiring, ...counters, ...offload],
  'netdevsim.h': [
    [
      `	u64 tx_dropped;
`,
      `	u64 tx_dropped;
	u64 rx_packets;
	u64 rx_bytes;
`,
    ],
  ],
};

/** Gives netdevsim what a DPU's eswitch has and it has not. */
export async function patchNetdevsim(source: string): Promise<void> {
  for (const name of ['eswitch.c', 'eswitch.h'])
    await copyFile(join(import.meta.dirname, name), join(source, name));
  for (const [name, list] of Object.entries(edits)) {
    const file = join(source, name);
    let text = await readFile(file, 'utf8');
    for (const [find, replace] of list) {
      if (text.split(find).length !== 2)
        throw new Error(`netdevsim's ${name} is not as expected: ${find.trim()}`);
      text = text.replace(find, () => replace);
    }
    await writeFile(file, text);
  }
}
