export const faults = {};
export async function applyFault() {}
export async function undoFault() {}
