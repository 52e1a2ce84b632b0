/**
 * A chain of `TransformStream`s in a worker of its own.
 *
 * @module
 */
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
  let stream = new ReadableStream<Item>({
    pull(controller) {
      if (sent++ < count) controller.enqueue({ ptsNs: 0 });
      else controller.close();
    },
  });
  for (let k = 0; k < passes; k++) {
    const step = (k % classes) + 1;
    stream = stream.pipeThrough(
      new TransformStream<Item, Item>({
        transform(item, controller) {
          item.ptsNs += step;
          controller.enqueue(item);
        },
      }),
    );
  }
  await stream.pipeTo(
    new WritableStream<Item>({
      write(item) {
        if (received++ === warmup) fromMs = performance.now();
        ptsSum += item.ptsNs;
      },
    }),
  );
  scope.postMessage({ nsPerFrame: (performance.now() - fromMs) * 1e6 / frames, received, ptsSum });
};
