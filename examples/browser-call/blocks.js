// Runs in the thread of the browser's sound, which gives and takes 128 samples at a time.

/** Samples of 20 ms. */
const BLOCK = 960;

/** The player begins once it has so many samples, again after each gap: so much may a block be late. */
const AHEAD = 3 * BLOCK;

/** Longer than this its queue never is: what is older is left out. */
const MOST = 10 * BLOCK;

/** Hands the microphone on in blocks. */
class Recorder extends AudioWorkletProcessor {
  #block = new Float32Array(BLOCK);
  #length = 0;

  process([[samples]]) {
    for (const sample of samples ?? []) {
      this.#block[this.#length++] = sample;
      if (this.#length < BLOCK) continue;
      this.port.postMessage(this.#block, [this.#block.buffer]);
      this.#block = new Float32Array(BLOCK);
      this.#length = 0;
    }
    return true;
  }
}

/** Plays blocks as they come. */
class Player extends AudioWorkletProcessor {
  #blocks = [];
  /** Samples of the first block that were played. */
  #at = 0;
  #waiting = 0;
  #isPlaying = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      this.#blocks.push(data);
      this.#waiting += data.length;
      while (this.#waiting > MOST) this.#next();
    };
  }

  process(_inputs, [[samples]]) {
    this.#isPlaying ||= this.#waiting >= AHEAD;
    for (let k = 0; k < samples.length && this.#isPlaying; k++) {
      samples[k] = this.#blocks[0][this.#at++];
      if (this.#at === this.#blocks[0].length) this.#next();
      this.#isPlaying = this.#blocks.length > 0;
    }
    return true;
  }

  #next() {
    this.#waiting -= this.#blocks.shift().length;
    this.#at = 0;
  }
}

registerProcessor("recorder", Recorder);
registerProcessor("player", Player);
