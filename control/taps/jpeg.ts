/**
 * Encodes small pictures to baseline JPEG (ITU-T T.81) with chroma of half the width and height, for previews where no
 * native code can be loaded too.
 *
 * @module
 */
import {
  CHROMA_AC,
  CHROMA_DC,
  CHROMA_STEPS,
  type HuffmanSpec,
  LUMA_AC,
  LUMA_DC,
  LUMA_STEPS,
  ZIGZAG,
} from "./jpeg_tables.ts";

/** Pixels of red, green, blue and opacity, a byte each, without padding. */
export interface RgbaPixels {
  /** Pixels in a row, 1 to 65,535. */
  readonly width: number;
  /** Rows, 1 to 65,535. */
  readonly height: number;
  readonly bytes: Uint8Array;
}

/** Codes by value: the bits, and how many. */
interface HuffmanTable {
  readonly bits: Uint16Array;
  readonly lengths: Uint8Array;
}

const ORDER = Uint8Array.from(ZIGZAG);
const LUMA = { dc: tableOf(LUMA_DC), ac: tableOf(LUMA_AC) };
const CHROMA = { dc: tableOf(CHROMA_DC), ac: tableOf(CHROMA_AC) };

/** Encodes pictures of one quality. What it returns is a new array each time. */
export class JpegEncoder {
  readonly #lumaSteps: Uint8Array;
  readonly #chromaSteps: Uint8Array;
  readonly #lumaFactors: Float64Array;
  readonly #chromaFactors: Float64Array;
  readonly #block = new Float64Array(64);
  readonly #steps = new Int32Array(64);
  #planes = [new Float32Array(0), new Float32Array(0), new Float32Array(0)];
  #out = new Uint8Array(1 << 16);
  #length = 0;
  #pending = 0;
  #pendingBits = 0;

  /** @param quality 1 to 100 */
  constructor(quality: number) {
    this.#lumaSteps = stepsAt(quality, LUMA_STEPS);
    this.#chromaSteps = stepsAt(quality, CHROMA_STEPS);
    this.#lumaFactors = factorsOf(this.#lumaSteps);
    this.#chromaFactors = factorsOf(this.#chromaSteps);
  }

  /** Encodes a picture; opacity is left out. */
  encode(picture: RgbaPixels): Uint8Array<ArrayBuffer> {
    const { width, height } = picture;
    // Macroblocks of 16 × 16 pixels: four blocks of luma, one of each chroma.
    const [wide, high] = [Math.ceil(width / 16), Math.ceil(height / 16)];
    this.#split(picture, wide * 16, high * 16);
    this.#length = this.#pending = this.#pendingBits = 0;
    this.#head(width, height);
    const [luma, blue, red] = this.#planes;
    let [lumaDc, blueDc, redDc] = [0, 0, 0];
    for (let row = 0; row < high; row++) {
      for (let column = 0; column < wide; column++) {
        for (let part = 0; part < 4; part++) {
          const at = (row * 16 + Math.trunc(part / 2) * 8) * wide * 16 + column * 16 + (part % 2) * 8;
          lumaDc = this.#encodeBlock(luma, at, wide * 16, this.#lumaFactors, LUMA, lumaDc);
        }
        const at = row * 8 * wide * 8 + column * 8;
        blueDc = this.#encodeBlock(blue, at, wide * 8, this.#chromaFactors, CHROMA, blueDc);
        redDc = this.#encodeBlock(red, at, wide * 8, this.#chromaFactors, CHROMA, redDc);
      }
    }
    if (this.#pendingBits > 0) this.#write(0x7f, 7);
    this.#bytes(0xff, 0xd9);
    return this.#out.slice(0, this.#length);
  }

  /** Makes planes of luma and chroma, around 0, whose edges are repeated up to whole macroblocks. */
  #split({ width, height, bytes }: RgbaPixels, paddedWidth: number, paddedHeight: number): void {
    const pixels = paddedWidth * paddedHeight;
    if (this.#planes[0].length !== pixels) {
      this.#planes = [new Float32Array(pixels), new Float32Array(pixels / 4), new Float32Array(pixels / 4)];
    }
    const [luma, blue, red] = this.#planes;
    blue.fill(0);
    red.fill(0);
    for (let y = 0; y < paddedHeight; y++) {
      const from = Math.min(y, height - 1) * width;
      const half = Math.trunc(y / 2) * (paddedWidth / 2);
      for (let x = 0; x < paddedWidth; x++) {
        const at = (from + Math.min(x, width - 1)) * 4;
        const r = bytes[at];
        const g = bytes[at + 1];
        const b = bytes[at + 2];
        luma[y * paddedWidth + x] = 0.299 * r + 0.587 * g + 0.114 * b - 128;
        const place = half + Math.trunc(x / 2);
        blue[place] += (-0.168736 * r - 0.331264 * g + 0.5 * b) / 4;
        red[place] += (0.5 * r - 0.418688 * g - 0.081312 * b) / 4;
      }
    }
  }

  #encodeBlock(
    plane: Float32Array,
    at: number,
    stride: number,
    factors: Float64Array,
    { dc, ac }: { readonly dc: HuffmanTable; readonly ac: HuffmanTable },
    before: number,
  ): number {
    this.#transform(plane, at, stride);
    const steps = this.#steps;
    let last = 0;
    for (let k = 0; k < 64; k++) {
      const place = ORDER[k];
      const step = steps[k] = Math.round(this.#block[place] * factors[place]);
      if (step !== 0) last = k;
    }
    this.#number(dc, 0, steps[0] - before);
    let zeros = 0;
    for (let k = 1; k <= last; k++) {
      if (steps[k] === 0) {
        zeros++;
        continue;
      }
      // A run of 16 zeros has a code of its own.
      for (; zeros > 15; zeros -= 16) this.#write(ac.bits[0xf0], ac.lengths[0xf0]);
      this.#number(ac, zeros << 4, steps[k]);
      zeros = 0;
    }
    if (last < 63) this.#write(ac.bits[0], ac.lengths[0]);
    return steps[0];
  }

  /** Transforms a block of samples to frequencies, each times what {@linkcode factorsOf} divides by: rows, then columns. */
  #transform(plane: Float32Array, at: number, stride: number): void {
    const block = this.#block;
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) block[y * 8 + x] = plane[at + y * stride + x];
      transformEight(block, y * 8, 1);
    }
    for (let x = 0; x < 8; x++) transformEight(block, x, 8);
  }

  /** Writes the code for how many bits a number has, with the zeros before it, and those bits. */
  #number({ bits, lengths }: HuffmanTable, zeros: number, value: number): void {
    const size = 32 - Math.clz32(Math.abs(value));
    this.#write(bits[zeros | size], lengths[zeros | size]);
    if (size > 0) this.#write((value < 0 ? value - 1 : value) & ((1 << size) - 1), size);
  }

  #write(bits: number, count: number): void {
    if (this.#length + 16 > this.#out.length) this.#grow(2 * this.#out.length);
    this.#pending = (this.#pending << count) | bits;
    this.#pendingBits += count;
    while (this.#pendingBits >= 8) {
      const byte = (this.#pending >>> (this.#pendingBits - 8)) & 0xff;
      this.#out[this.#length++] = byte;
      // A byte of ones would begin a marker.
      if (byte === 0xff) this.#out[this.#length++] = 0;
      this.#pendingBits -= 8;
    }
    this.#pending &= (1 << this.#pendingBits) - 1;
  }

  #head(width: number, height: number): void {
    const word = (value: number) => [value >> 8, value & 0xff];
    this.#bytes(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0);
    for (const [id, steps] of [this.#lumaSteps, this.#chromaSteps].entries()) {
      this.#bytes(0xff, 0xdb, 0, 67, id, ...ZIGZAG.map((place) => steps[place]));
    }
    this.#bytes(0xff, 0xc0, 0, 17, 8, ...word(height), ...word(width), 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1);
    for (const [id, spec] of [[0x00, LUMA_DC], [0x10, LUMA_AC], [0x01, CHROMA_DC], [0x11, CHROMA_AC]] as const) {
      this.#bytes(0xff, 0xc4, ...word(19 + spec.values.length), id, ...spec.counts, ...spec.values);
    }
    this.#bytes(0xff, 0xda, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0);
  }

  #bytes(...bytes: number[]): void {
    if (this.#length + bytes.length > this.#out.length) this.#grow(2 * this.#out.length + bytes.length);
    this.#out.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #grow(length: number): void {
    const grown = new Uint8Array(length);
    grown.set(this.#out.subarray(0, this.#length));
    this.#out = grown;
  }
}

/** Rotations of the transform of 8 samples. */
const [COS_2, COS_4, COS_6] = [2, 4, 6].map((k) => Math.cos(k * Math.PI / 16));

/**
 * Transforms 8 samples in place by the flow graph of Arai, Agui and Nakajima, whose 5 multiplications leave each
 * frequency times a factor of its own.
 */
function transformEight(values: Float64Array, at: number, step: number): void {
  const p1 = step;
  const p2 = 2 * step;
  const p3 = 3 * step;
  const p4 = 4 * step;
  const p5 = 5 * step;
  const p6 = 6 * step;
  const p7 = 7 * step;
  const sum07 = values[at] + values[at + p7];
  const rest07 = values[at] - values[at + p7];
  const sum16 = values[at + p1] + values[at + p6];
  const rest16 = values[at + p1] - values[at + p6];
  const sum25 = values[at + p2] + values[at + p5];
  const rest25 = values[at + p2] - values[at + p5];
  const sum34 = values[at + p3] + values[at + p4];
  const rest34 = values[at + p3] - values[at + p4];
  const outer = sum07 + sum34;
  const inner = sum16 + sum25;
  values[at] = outer + inner;
  values[at + p4] = outer - inner;
  const turned = (sum16 - sum25 + sum07 - sum34) * COS_4;
  values[at + p2] = sum07 - sum34 + turned;
  values[at + p6] = sum07 - sum34 - turned;
  const odd1 = rest34 + rest25;
  const odd2 = (rest25 + rest16) * COS_4;
  const odd3 = rest16 + rest07;
  const both = (odd1 - odd3) * COS_6;
  const low = odd1 * (COS_2 - COS_6) + both;
  const high = odd3 * (COS_2 + COS_6) + both;
  const near = rest07 + odd2;
  const far = rest07 - odd2;
  values[at + p5] = far + low;
  values[at + p3] = far - low;
  values[at + p1] = near + high;
  values[at + p7] = near - high;
}

/** Returns what a transformed block is multiplied by to get its coefficients in steps. */
function factorsOf(steps: Uint8Array): Float64Array {
  const scale = (k: number) => k === 0 ? 1 : Math.SQRT2 * Math.cos(k * Math.PI / 16);
  return Float64Array.from(steps, (step, k) => 1 / (step * 8 * scale(Math.trunc(k / 8)) * scale(k % 8)));
}

function stepsAt(quality: number, steps: readonly number[]): Uint8Array {
  const percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return Uint8Array.from(steps, (step) => Math.max(1, Math.min(255, Math.round(step * percent / 100))));
}

function tableOf({ counts, values }: HuffmanSpec): HuffmanTable {
  const table = { bits: new Uint16Array(256), lengths: new Uint8Array(256) };
  let [code, at] = [0, 0];
  for (const [k, count] of counts.entries()) {
    for (let n = 0; n < count; n++) {
      table.bits[values[at]] = code++;
      table.lengths[values[at++]] = k + 1;
    }
    code *= 2;
  }
  return table;
}
