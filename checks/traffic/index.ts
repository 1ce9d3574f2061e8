import type { AnyPathCheck } from '../define-path.ts';
import { hairpin } from './hairpin.ts';
import { mtu } from './mtu.ts';
import { nodeToPod } from './node-to-pod.ts';
import { offload } from './offload.ts';
import { overMtu } from './over-mtu.ts';
import { podToClusterIp } from './pod-to-cluster-ip.ts';
import { podToGateway } from './pod-to-gateway.ts';
import { podToManagementPort } from './pod-to-management-port.ts';
import { podToNode } from './pod-to-node.ts';
import { podToNodePort } from './pod-to-node-port.ts';
import { podToOtherNode } from './pod-to-other-node.ts';
import { podToPod } from './pod-to-pod.ts';
import { podToPodOnNode } from './pod-to-pod-on-node.ts';

/** The checks that judge traffic which a run has sent. They are chosen only where somebody asks for them: see cli/suite.ts. */
export const TRAFFIC_CHECKS: readonly AnyPathCheck[] = [
  podToPodOnNode,
  podToPod,
  podToManagementPort,
  podToNode,
  podToOtherNode,
  nodeToPod,
  podToClusterIp,
  podToNodePort,
  podToGateway,
  hairpin,
  mtu,
  overMtu,
  offload,
];
