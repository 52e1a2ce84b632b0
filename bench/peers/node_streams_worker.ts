/**
 * A chain of Node's object-mode `Transform` in a worker of its own.
 *
 * @module
 */
import { Readable, Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ChainAnswer, ChainJob } from "./chain_peer.ts";

interface Item {
  ptsNs: number;
}

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<ChainJob>) => void;
  postMessage(answer: ChainAnswer): void;
};

scope.onmessage = async ({ data: { passes, classes, frames, warmup } }) => {
  const count = frames + warmup;
  let sent = 0;
  let received = 0;
  let ptsSum = 0;
  let fromMs = 0;
  const source = new Readable({
    objectMode: true,
    read() {
      this.push(sent++ < count ? { ptsNs: 0 } : null);
    },
  });
  const steps = Array.from({ length: passes }, (_, k) => {
    const step = (k % classes) + 1;
    return new Transform({
      objectMode: true,
      transform(item: Item, _encoding, done) {
        item.ptsNs += step;
        done(null, item);
      },
    });
  });
  const sink = new Writable({
    objectMode: true,
    write(item: Item, _encoding, done) {
      if (received++ === warmup) fromMs = performance.now();
      ptsSum += item.ptsNs;
      done();
    },
  });
  await pipeline([source, ...steps, sink]);
  scope.postMessage({ nsPerFrame: (performance.now() - fromMs) * 1e6 / frames, received, ptsSum });
};
