/**
 * Flow control of one direction of a stream. A WebSocket has none that a program can use: whatever arrives is read. The
 * writer therefore has at most a window of items on their way, and the reader says how many it has taken.
 *
 * @module
 */
import type { StreamWindow } from "./wire.ts";

/** The writer's side: waits while the window is full. */
export class SendWindow {
  readonly #window: StreamWindow;
  /** Bytes of the items that are on their way, oldest first. */
  readonly #sizes: number[] = [];
  #bytes = 0;
  #wake: (() => void) | undefined;
  #room: Promise<void> | undefined;

  constructor(window: StreamWindow) {
    this.#window = window;
  }

  /** Whether another item may be sent. */
  get hasRoom(): boolean {
    return this.#sizes.length < this.#window.items && this.#bytes < this.#window.bytes;
  }

  /** Resolves at the next call of `taken()` or `wake()`. */
  changed(): Promise<void> {
    return this.#room ??= new Promise((resolve) => this.#wake = resolve);
  }

  /** Counts an item as on its way. */
  sent(bytes: number): void {
    this.#sizes.push(bytes);
    this.#bytes += bytes;
  }

  /** The reader has taken the oldest items. @returns whether so many were on their way */
  taken(items: number): boolean {
    if (items > this.#sizes.length) return false;
    for (const bytes of this.#sizes.splice(0, items)) this.#bytes -= bytes;
    this.wake();
    return true;
  }

  /** Wakes whoever waits, such as at the end of the stream. */
  wake(): void {
    this.#wake?.();
    this.#room = this.#wake = undefined;
  }
}

/** The reader's side: holds the writer to the window, and says when to tell it what was taken. */
export class ReceiveWindow {
  readonly #window: StreamWindow;
  /** Items that have come since the writer was last told, and their bytes. */
  #items = 0;
  #bytes = 0;
  #untoldItems = 0;
  #untoldBytes = 0;

  constructor(window: StreamWindow) {
    this.#window = window;
  }

  /** An item has come. @returns whether the window had room for it */
  received(bytes: number): boolean {
    const fits = this.#items < this.#window.items && this.#bytes < this.#window.bytes;
    this.#items++;
    this.#bytes += bytes;
    return fits;
  }

  /**
   * An item was taken.
   *
   * @returns of how many items the writer is to be told now, or 0: half a window is told at once
   */
  took(bytes: number): number {
    this.#untoldItems++;
    this.#untoldBytes += bytes;
    if (2 * this.#untoldItems < this.#window.items && 2 * this.#untoldBytes < this.#window.bytes) return 0;
    const told = this.#untoldItems;
    this.#items -= told;
    this.#bytes -= this.#untoldBytes;
    this.#untoldItems = this.#untoldBytes = 0;
    return told;
  }
}
