/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef ESWITCH_H
#define ESWITCH_H

struct flow_cls_offload;
struct net_device;
struct netdevsim;
struct sk_buff;

struct net_device *eswitch_forward(struct net_device *rep, const struct sk_buff *skb);
int eswitch_setup_flower(struct net_device *rep, struct flow_cls_offload *cls);
void eswitch_count_rx(struct netdevsim *ns, const struct sk_buff *skb);
void eswitch_forget(struct net_device *dev);

#endif
