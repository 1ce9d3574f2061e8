/** Everything a lab makes in the kernel's shared name spaces starts with this. */
export const prefix = (index: number) => `ddlab${index}`;

export const bridgeName = (index: number) => prefix(index);

/** The machine's end of a node's management link. */
export const portName = (index: number, node: number) => `${prefix(index)}-${node}`;

export const netnsName = (index: number, name: string) => `${prefix(index)}-${name}`;

export const gatewayAddress = (index: number) => `10.213.${index}.1`;

export const nodeAddress = (index: number, node: number) => `10.213.${index}.${11 + node}`;
