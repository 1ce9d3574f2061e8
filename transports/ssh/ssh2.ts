import ssh2 from 'ssh2';

/*
 * The one importer of ssh2, itself imported only when a connection is opened: loading it takes longer than many
 * a run without SSH.
 */
export const { Client, createAgent } = ssh2;
export const { parseKey } = ssh2.utils;
