/**
 * Signals for tests.
 *
 * @module
 */

/** Numbers from -1 to 1 that look random and are the same every time. */
export function noise(count: number, seed = 1): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** A sine, starting at 0 going up. */
export function sine(count: number, frequencyHz: number, sampleRateHz: number, amplitude = 1): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => amplitude * Math.sin((2 * Math.PI * frequencyHz * i) / sampleRateHz),
  );
}

/** One after the other. */
export function join(blocks: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}

/** The amplitude of one frequency in a signal, by projection onto sine and cosine. */
export function amplitudeAt(samples: Float32Array, frequencyHz: number, sampleRateHz: number): number {
  let re = 0;
  let im = 0;
  for (let i = 0; i < samples.length; i++) {
    const turn = (2 * Math.PI * frequencyHz * i) / sampleRateHz;
    re += samples[i] * Math.cos(turn);
    im += samples[i] * Math.sin(turn);
  }
  return (2 * Math.hypot(re, im)) / samples.length;
}

/** The greatest absolute value. */
export function peak(samples: Float32Array): number {
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}
