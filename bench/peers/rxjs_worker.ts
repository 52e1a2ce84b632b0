/**
 * A chain of RxJS `map` in a worker of its own: bare calls on one object, with nothing between them.
 *
 * @module
 */
import { map, type Observable, Subject } from "rxjs";
import { quantile } from "../measure.ts";
import type { ChainAnswer, ChainJob } from "./chain_peer.ts";

/** Items of a stretch that is timed by itself. */
const STRETCH = 1_000;

interface Item {
  ptsNs: number;
}

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<ChainJob>) => void;
  postMessage(answer: ChainAnswer): void;
};

scope.onmessage = ({ data: { passes, classes, frames, warmup } }) => {
  const source = new Subject<Item>();
  let chain: Observable<Item> = source;
  for (let k = 0; k < passes; k++) chain = chain.pipe(map(stepFunction(k % classes)));
  let received = 0;
  let ptsSum = 0;
  chain.subscribe((item) => {
    received++;
    ptsSum += item.ptsNs;
  });
  const item: Item = { ptsNs: 0 };
  const push = (count: number) => {
    for (let k = 0; k < count; k++) {
      item.ptsNs = 0;
      source.next(item);
    }
  };
  push(warmup);
  const stretchesNs: number[] = [];
  for (let left = frames; left > 0; left -= STRETCH) {
    const count = Math.min(left, STRETCH);
    const fromMs = performance.now();
    push(count);
    stretchesNs.push((performance.now() - fromMs) * 1e6 / count);
  }
  // As of our own chains: other work of the machine makes some stretches long, and leaves these alone.
  scope.postMessage({ nsPerFrame: quantile(stretchesNs, 0.25), received, ptsSum });
};

/** A function with code and feedback of its own. */
function stepFunction(k: number): (item: Item) => Item {
  return new Function("item", `item.ptsNs += ${k + 1}; return item;`) as (item: Item) => Item;
}
