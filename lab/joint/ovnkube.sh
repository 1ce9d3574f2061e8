#!/bin/sh
# /root/ovnkube.sh of the lab's images. Where OVN-Kubernetes' own starts ovnkube, this starts a process of that name,
# with the arguments that follow from the container's environment; the container's other programs are a process that
# waits. What does ovnkube's work is on the machine, and OVS and OVN run on the node. It ends as ovnkube does where a
# DPU host has no management port.
set -eu

external_id() {
  ovs-vsctl --timeout=5 --if-exists get Open_vSwitch . "external_ids:$1" | tr -d '"'
}

case $1 in
  ovn-node) node=${K8S_NODE:-$K8S_NODE_DPU} ;;
  ovn-master) exec ovnkube "--init-master=$K8S_NODE" --loglevel=4 ;;
  *)
    trap 'exit 0' TERM INT
    while :; do
      sleep infinity &
      wait
    done
    ;;
esac

set -- "--cluster-subnets=$OVN_NET_CIDR" "--k8s-service-cidr=$OVN_SVC_CIDR" "--k8s-apiserver=$K8S_APISERVER" \
  --nb-address=tcp:192.168.40.111:6641 --sb-address=tcp:192.168.40.111:6642 --loglevel=4 \
  --pidfile=/var/run/ovn-kubernetes/ovnkube.pid --logfile=/var/log/ovn-kubernetes/ovnkube.log \
  "--gateway-mode=$OVN_GATEWAY_MODE"
case ${OVNKUBE_NODE_MODE:-full} in
  dpu)
    node=$(external_id host-k8s-nodename)
    set -- "$@" "--gateway-interface=$(external_id ovn-gw-interface)" \
      "--gateway-nexthop=$(external_id ovn-gw-nexthop)" "--encap-ip=$K8S_NODE_IP"
    ;;
  *)
    # Word splitting is wanted: the variable holds arguments.
    # shellcheck disable=SC2086
    set -- "$@" ${OVN_GATEWAY_OPTS:-}
    ;;
esac
[ -z "${OVNKUBE_NODE_MODE:-}" ] || set -- "$@" "--ovnkube-node-mode=$OVNKUBE_NODE_MODE"
[ -z "${OVNKUBE_NODE_MGMT_PORT_NETDEV:-}" ] ||
  set -- "$@" "--ovnkube-node-mgmt-port-netdev=$OVNKUBE_NODE_MGMT_PORT_NETDEV"
# OVN-Kubernetes' own words (go-controller/pkg/config/config.go).
case ${OVNKUBE_NODE_MODE:-full}:${OVNKUBE_NODE_MGMT_PORT_NETDEV:-}${OVNKUBE_NODE_MGMT_PORT_DP_RESOURCE_NAME:-} in
  dpu-host:)
    echo "ovnkube-node-mgmt-port-netdev or ovnkube-node-mgmt-port-dp-resource-name must be provided" >&2
    exit 1
    ;;
esac
exec ovnkube "--init-node=$node" "$@"
