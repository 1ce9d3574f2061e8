// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * The embedded switch that netdevsim lacks: TC flower rules on a representor are taken into "hardware",
 * and a packet that a function sends is moved to the target representor's function without the
 * representors or the kernel's datapath ever seeing it. Rules it cannot do are refused, as a NIC does.
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <net/pkt_cls.h>

#include "netdevsim.h"
#include "eswitch.h"

struct eswitch_rule {
	struct list_head list;
	struct net_device *rep;
	struct net_device *target;
	unsigned long cookie;
	u32 prio;
	struct flow_dissector_key_basic basic, basic_mask;
	struct flow_dissector_key_eth_addrs eth, eth_mask;
	struct flow_dissector_key_ipv4_addrs ip4, ip4_mask;
	struct flow_dissector_key_ports ports, ports_mask;
	bool no_fragments;
	u64 packets, bytes, lastused;
};

static LIST_HEAD(rules);
static DEFINE_SPINLOCK(rules_lock);

static const u64 supported_keys =
	BIT_ULL(FLOW_DISSECTOR_KEY_META) | BIT_ULL(FLOW_DISSECTOR_KEY_CONTROL) |
	BIT_ULL(FLOW_DISSECTOR_KEY_BASIC) | BIT_ULL(FLOW_DISSECTOR_KEY_ETH_ADDRS) |
	BIT_ULL(FLOW_DISSECTOR_KEY_IPV4_ADDRS) | BIT_ULL(FLOW_DISSECTOR_KEY_PORTS);

static bool eth_matches(const u8 *seen, const u8 *key, const u8 *mask)
{
	for (int i = 0; i < ETH_ALEN; i++)
		if ((seen[i] ^ key[i]) & mask[i])
			return false;
	return true;
}

static bool needs_layer3(const struct eswitch_rule *rule)
{
	return rule->basic_mask.ip_proto || rule->ip4_mask.src || rule->ip4_mask.dst ||
	       rule->ports_mask.src || rule->ports_mask.dst;
}

static bool rule_matches(const struct eswitch_rule *rule, const struct sk_buff *skb)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;
	const struct iphdr *ip = (const struct iphdr *)(eth + 1);
	const __be16 *ports;
	u32 length = skb_headlen(skb);

	if (length < ETH_HLEN || !eth_matches(eth->h_source, rule->eth.src, rule->eth_mask.src) ||
	    !eth_matches(eth->h_dest, rule->eth.dst, rule->eth_mask.dst))
		return false;
	if ((eth->h_proto ^ rule->basic.n_proto) & rule->basic_mask.n_proto)
		return false;
	if (eth->h_proto != htons(ETH_P_IP))
		return !needs_layer3(rule);
	if (length < ETH_HLEN + sizeof(*ip))
		return false;
	if (rule->no_fragments && ip_is_fragment(ip))
		return false;
	if ((ip->protocol ^ rule->basic.ip_proto) & rule->basic_mask.ip_proto)
		return false;
	if ((ip->saddr ^ rule->ip4.src) & rule->ip4_mask.src || (ip->daddr ^ rule->ip4.dst) & rule->ip4_mask.dst)
		return false;
	if (!rule->ports_mask.src && !rule->ports_mask.dst)
		return true;
	ports = (const __be16 *)((const u8 *)ip + ip->ihl * 4);
	if ((const u8 *)(ports + 2) > skb->data + length)
		return false;
	return !((ports[0] ^ rule->ports.src) & rule->ports_mask.src) &&
	       !((ports[1] ^ rule->ports.dst) & rule->ports_mask.dst);
}

/* Where a packet that arrives at @rep goes in hardware; NULL sends it the slow way. Under rcu_read_lock. */
struct net_device *eswitch_forward(struct net_device *rep, const struct sk_buff *skb)
{
	struct net_device *function = NULL;
	struct eswitch_rule *rule;
	struct netdevsim *peer;

	spin_lock_bh(&rules_lock);
	list_for_each_entry(rule, &rules, list) {
		if (rule->rep != rep || !rule_matches(rule, skb))
			continue;
		peer = rcu_dereference(((struct netdevsim *)netdev_priv(rule->target))->peer);
		if (peer) {
			function = peer->netdev;
			rule->packets++;
			rule->bytes += skb->len;
			rule->lastused = jiffies;
		}
		break;
	}
	spin_unlock_bh(&rules_lock);
	return function;
}

static int read_match(struct eswitch_rule *rule, struct flow_rule *flow, struct netlink_ext_ack *extack)
{
	if (flow->match.dissector->used_keys & ~supported_keys) {
		NL_SET_ERR_MSG_MOD(extack, "match is not supported in hardware");
		return -EOPNOTSUPP;
	}
	if (flow_rule_match_key(flow, FLOW_DISSECTOR_KEY_CONTROL)) {
		struct flow_match_control match;

		flow_rule_match_control(flow, &match);
		if (match.mask->flags & ~(u32)(FLOW_DIS_IS_FRAGMENT | FLOW_DIS_FIRST_FRAG) || match.key->flags)
			return -EOPNOTSUPP;
		rule->no_fragments = match.mask->flags & FLOW_DIS_IS_FRAGMENT;
	}
	if (flow_rule_match_key(flow, FLOW_DISSECTOR_KEY_BASIC)) {
		struct flow_match_basic match;

		flow_rule_match_basic(flow, &match);
		rule->basic = *match.key;
		rule->basic_mask = *match.mask;
	}
	if (flow_rule_match_key(flow, FLOW_DISSECTOR_KEY_ETH_ADDRS)) {
		struct flow_match_eth_addrs match;

		flow_rule_match_eth_addrs(flow, &match);
		rule->eth = *match.key;
		rule->eth_mask = *match.mask;
	}
	if (flow_rule_match_key(flow, FLOW_DISSECTOR_KEY_IPV4_ADDRS)) {
		struct flow_match_ipv4_addrs match;

		flow_rule_match_ipv4_addrs(flow, &match);
		rule->ip4 = *match.key;
		rule->ip4_mask = *match.mask;
	}
	if (flow_rule_match_key(flow, FLOW_DISSECTOR_KEY_PORTS)) {
		struct flow_match_ports match;

		flow_rule_match_ports(flow, &match);
		rule->ports = *match.key;
		rule->ports_mask = *match.mask;
	}
	return 0;
}

static int read_action(struct eswitch_rule *rule, struct flow_action *action, struct netlink_ext_ack *extack)
{
	const struct flow_action_entry *entry = action->entries;

	if (action->num_entries != 1 || entry->id != FLOW_ACTION_REDIRECT || !netdev_is_nsim(entry->dev)) {
		NL_SET_ERR_MSG_MOD(extack, "action is not supported in hardware");
		return -EOPNOTSUPP;
	}
	rule->target = entry->dev;
	return 0;
}

static int add_rule(struct net_device *rep, struct flow_cls_offload *cls)
{
	struct flow_rule *flow = flow_cls_offload_flow_rule(cls);
	struct eswitch_rule *rule, *other;
	int err;

	if (!tc_cls_can_offload_and_chain0(rep, &cls->common))
		return -EOPNOTSUPP;
	rule = kzalloc(sizeof(*rule), GFP_KERNEL);
	if (!rule)
		return -ENOMEM;
	err = read_match(rule, flow, cls->common.extack) ?: read_action(rule, &flow->action, cls->common.extack);
	if (err) {
		kfree(rule);
		return err;
	}
	rule->rep = rep;
	rule->cookie = cls->cookie;
	rule->prio = cls->common.prio;
	rule->lastused = jiffies;

	spin_lock_bh(&rules_lock);
	list_for_each_entry(other, &rules, list)
		if (other->prio > rule->prio)
			break;
	list_add_tail(&rule->list, &other->list);
	spin_unlock_bh(&rules_lock);
	return 0;
}

static struct eswitch_rule *find_rule(struct net_device *rep, unsigned long cookie)
{
	struct eswitch_rule *rule;

	list_for_each_entry(rule, &rules, list)
		if (rule->rep == rep && rule->cookie == cookie)
			return rule;
	return NULL;
}

static int delete_rule(struct net_device *rep, struct flow_cls_offload *cls)
{
	struct eswitch_rule *rule;

	spin_lock_bh(&rules_lock);
	rule = find_rule(rep, cls->cookie);
	if (rule)
		list_del(&rule->list);
	spin_unlock_bh(&rules_lock);
	kfree(rule);
	return rule ? 0 : -ENOENT;
}

static int read_counters(struct net_device *rep, struct flow_cls_offload *cls)
{
	struct eswitch_rule *rule;

	spin_lock_bh(&rules_lock);
	rule = find_rule(rep, cls->cookie);
	if (rule) {
		flow_stats_update(&cls->stats, rule->bytes, rule->packets, 0, rule->lastused,
				  FLOW_ACTION_HW_STATS_DELAYED);
		rule->packets = 0;
		rule->bytes = 0;
	}
	spin_unlock_bh(&rules_lock);
	return rule ? 0 : -ENOENT;
}

int eswitch_setup_flower(struct net_device *rep, struct flow_cls_offload *cls)
{
	switch (cls->command) {
	case FLOW_CLS_REPLACE:
		return add_rule(rep, cls);
	case FLOW_CLS_DESTROY:
		return delete_rule(rep, cls);
	case FLOW_CLS_STATS:
		return read_counters(rep, cls);
	default:
		return -EOPNOTSUPP;
	}
}

/* What comes to a netdev itself, not what hardware forwards past it. */
void eswitch_count_rx(struct netdevsim *ns, const struct sk_buff *skb)
{
	u64_stats_update_begin(&ns->syncp);
	ns->rx_packets++;
	ns->rx_bytes += skb->len + ETH_HLEN;
	u64_stats_update_end(&ns->syncp);
}

/* A netdev is going away: nothing may lead to it any longer. */
void eswitch_forget(struct net_device *dev)
{
	struct eswitch_rule *rule, *next;

	spin_lock_bh(&rules_lock);
	list_for_each_entry_safe(rule, next, &rules, list) {
		if (rule->rep != dev && rule->target != dev)
			continue;
		list_del(&rule->list);
		kfree(rule);
	}
	spin_unlock_bh(&rules_lock);
}
