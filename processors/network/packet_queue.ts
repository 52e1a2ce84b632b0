/**
 * Packets that have come and wait for the graph. A network waits for nobody: where they are too many, the oldest is lost,
 * and counted.
 *
 * @module
 */

/** What stands at the head of the queue. */
export interface QueuedPacket {
  readonly bytes: Uint8Array;
  /** Whether others were lost before it. */
  readonly isAfterLoss: boolean;
}

/** A queue with one reader. */
export class PacketQueue {
  /** Packets that were lost. */
  lost = 0;
  readonly #maxBytes: number;
  readonly #packets: Uint8Array[] = [];
  #size = 0;
  #hasLost = false;
  #wake: () => void = () => {};

  /** @param maxBytes how much may wait; one packet always may */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Adds a packet. */
  push(bytes: Uint8Array): void {
    this.#packets.push(bytes);
    this.#size += sizeOf(bytes);
    while (this.#size > this.#maxBytes && this.#packets.length > 1) {
      this.#size -= sizeOf(this.#packets.shift()!);
      this.lost++;
      this.#hasLost = true;
    }
    this.#wake();
  }

  /**
   * Takes the oldest packet, waiting for one.
   *
   * @throws the reason of the signal once it aborts
   */
  async take(signal: AbortSignal): Promise<QueuedPacket> {
    while (this.#packets.length === 0) {
      signal.throwIfAborted();
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      signal.addEventListener("abort", resolve as () => void, { once: true });
      await promise;
      signal.removeEventListener("abort", resolve as () => void);
    }
    signal.throwIfAborted();
    const bytes = this.#packets.shift()!;
    this.#size -= sizeOf(bytes);
    const isAfterLoss = this.#hasLost;
    this.#hasLost = false;
    return { bytes, isAfterLoss };
  }
}

/** Empty packets take room, too. */
function sizeOf(bytes: Uint8Array): number {
  return bytes.length + 64;
}
