/** Claims of the documents about what a node shows that no check covers, and why. */
export const NOT_COVERED: Readonly<Record<string, string>> = {
  G13: "Helm's values are kept in the cluster. What becomes of them on the node is covered by G7 to G12.",
  G46: 'Which additional networks a pod has stands in objects of the cluster. What they need of the node is covered by the SR-IOV claims.',
  K15: 'Which kubeconfig a user has is a matter of the machine that dpu-doctor runs on: the report names the one that was used, and a cluster that it does not lead to is an error of `target/reachable`.',
  K17: 'Options of `kind create cluster` leave no mark: what --config asks for is looked at (K2, K13), and --retain only keeps the nodes of a cluster that could not be made.',
  K21: 'A container does not show by which name the engine knows it. `--inventory kind:NAME` reads the names and gives the roles.',
  K42: 'The folder that the manifests are made in is on the machine of whoever made them. What was applied of it is covered by K43 to K54.',
  K22: 'A container that has no process can not be asked; then `target/reachable` fails, which the runner gives and no check.',
};

/** What of a covered claim stays open, because a node does not show it. */
export const OPEN: Readonly<Record<string, string>> = {
  A27: 'Whether the next hop answers: only `traffic/pod-to-gateway` sends anything there. That it is on the network of DPU or host is looked at.',
  A64e: 'Which address the control plane has: it must be told as `control-plane-address`.',
  A64f: 'Without a cluster, which ports are left over from pods that are gone: a VF may have a port for other reasons.',
  G6: 'Which interface OVN-Kubernetes took in the end: that stands in an annotation of the node.',
  G34: 'Any line of `lspci` proves a NIC, not SR-IOV: the VFs are looked for instead.',
  G39: 'The file that the document reads exists on no system: the link is read instead.',
  G40: 'The file that the document reads exists on no system: the link is read instead.',
  K30: 'Whether a ping would get through: nothing is sent. Routes and addresses tell the ways there are.',
  K32: 'Whether the API server answers: nothing is sent. Address and route tell whether there is a way.',
};
