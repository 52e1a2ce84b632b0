/**
 * Reads headers that are laid out in bits.
 *
 * @module
 */

/** Reads bits, the highest of a byte first. Beyond the end there are zeros. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #byte = 0;
  /** How many bits of the byte were read. */
  #bit = 0;

  /** @param from the byte to begin at */
  constructor(bytes: Uint8Array, from = 0) {
    this.#bytes = bytes;
    this.#byte = from;
  }

  /** Whether more was read than there is. */
  get isBeyond(): boolean {
    return this.#byte > this.#bytes.length || (this.#byte === this.#bytes.length && this.#bit > 0);
  }

  /** A number of up to 32 bits. */
  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      const byte = this.#bytes[this.#byte] ?? 0;
      value = value * 2 + ((byte & (0x80 >> this.#bit)) === 0 ? 0 : 1);
      this.skip(1);
    }
    return value;
  }

  /** Leaves bits out. */
  skip(count: number): void {
    this.#bit += count;
    while (this.#bit >= 8) {
      this.#bit -= 8;
      this.#byte++;
    }
  }

  /** An Exp-Golomb number (ITU-T H.264, 9.1). */
  unsigned(): number {
    let zeros = 0;
    while (zeros < 32 && !this.isBeyond && this.read(1) === 0) zeros++;
    return 2 ** zeros - 1 + this.read(zeros);
  }

  /** A signed Exp-Golomb number (ITU-T H.264, 9.1.1). */
  signed(): number {
    const code = this.unsigned();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}

/** Writes bits, the highest of a byte first. */
export class BitWriter {
  readonly bytes: number[] = [];
  #bits = 0;

  /** Adds a number of so many bits. */
  write(count: number, value: number): this {
    for (let i = count - 1; i >= 0; i--) {
      if (this.#bits % 8 === 0) this.bytes.push(0);
      const isSet = Math.floor(value / 2 ** i) % 2 === 1;
      if (isSet) this.bytes[this.bytes.length - 1] |= 0x80 >> this.#bits % 8;
      this.#bits++;
    }
    return this;
  }
}
