/**
 * Tells what a script says of its own, such as the frames of a round, from what any file or program on a node says. It is no secret of the node's, which reads it in
 * the script; so it needs no node:crypto, which takes longer to load than a mark that nobody can know beforehand.
 */
export const newMark = (): string => `dpu-doctor-${randomDigits()}${randomDigits()}`;

/** Stands for the mark in a script that is rendered before there is a round. */
export const MARK_TO_COME = 'dpu-doctor-mark-to-come';

/** The script of a round with this mark. */
export const withMark = (rendered: string, mark: string): string =>
  rendered.replace(MARK_TO_COME, () => mark);

const randomDigits = (): string => Math.random().toString(36).slice(2, 11).padEnd(9, '0');
