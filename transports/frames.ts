import { StringDecoder } from 'node:string_decoder';

/** One framed answer of one stream. */
export interface Frame {
  readonly source: number;
  /** The path that the answer is about; empty where the source has one answer only. */
  readonly path: string;
  readonly exitCode: number;
  readonly text: string;
}

/** Reads the frames of one output stream as it arrives; what stands outside of frames is noise and kept apart. */
export class FrameReader {
  readonly frames: Frame[] = [];
  /** Sources whose answer is complete. */
  readonly done = new Set<number>();
  /** The shell has started. */
  started = false;
  /** The process group that the script runs in, on the node. */
  processGroup: number | undefined;
  /** The script has run to its end. */
  finished = false;
  /** What was printed before the shell started: banners, messages of a login shell. */
  noise = '';
  /** Bytes since a source was done, or since the start. */
  openBytes = 0;
  /** All bytes. */
  totalBytes = 0;
  /** The source whose answer has begun and not ended. */
  open: number | undefined;

  readonly #mark: string;
  readonly #decoder = new StringDecoder('utf8');
  #pending = '';
  #text: string[] = [];
  #path = '';

  constructor(mark: string) {
    this.#mark = `\n${mark} `;
  }

  push(chunk: Buffer): void {
    this.openBytes += chunk.length;
    this.totalBytes += chunk.length;
    this.#pending += this.#decoder.write(chunk);
    this.#read();
  }

  #read(): void {
    for (;;) {
      const start = this.#pending.indexOf(this.#mark);
      const end = start < 0 ? -1 : this.#pending.indexOf('\n', start + 1);
      if (end < 0) {
        // What can't be the start of a marker leaves the buffer, so that a long answer is not searched again.
        const keep = start < 0 ? Math.max(0, this.#pending.length - this.#mark.length) : start;
        this.#text.push(this.#pending.slice(0, keep));
        this.#pending = this.#pending.slice(keep);
        return;
      }
      this.#text.push(this.#pending.slice(0, start));
      const marker = this.#pending.slice(start + this.#mark.length, end);
      this.#pending = this.#pending.slice(end + 1);
      this.#take(marker, this.#text.join(''));
      this.#text = [];
    }
  }

  #take(marker: string, text: string): void {
    const [kind, number, ...rest] = marker.split(' ');
    const source = Number(number);
    if (kind === 'H') {
      this.started = true;
      this.openBytes = 0;
      this.noise = text;
      if (Number.isSafeInteger(source) && source > 1) this.processGroup = source;
    } else if (kind === 'B') {
      this.open = source;
      this.#path = rest.join(' ');
    } else if (kind === 'E') {
      this.frames.push({ source, path: this.#path, exitCode: Number(rest[0]), text });
      this.open = undefined;
    } else if (kind === 'D') {
      this.done.add(source);
      this.openBytes = 0;
    } else if (kind === 'Z') {
      this.finished = true;
    }
  }

  /** What was printed outside of a frame so far, for a message when the shell never started. */
  unframed(): string {
    return this.#text.join('') + this.#pending;
  }
}
