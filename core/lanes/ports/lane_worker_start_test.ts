import assert from "node:assert/strict";
import { dropEarlyLaneWorker, startLaneWorkerEarly, takeLaneWorker } from "./lane_worker_start.ts";

/** A worker that runs nothing. */
class SilentWorker {
  static made: SilentWorker[] = [];
  isTerminated = false;
  readonly name: string;

  constructor(_url: string, { name }: { name: string }) {
    this.name = name;
    SilentWorker.made.push(this);
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

function withSilentWorkers(body: (made: readonly SilentWorker[]) => void): void {
  const { Worker } = globalThis;
  globalThis.Worker = SilentWorker as unknown as typeof Worker;
  SilentWorker.made = [];
  try {
    body(SilentWorker.made);
  } finally {
    dropEarlyLaneWorker();
    globalThis.Worker = Worker;
  }
}

Deno.test("takeLaneWorker() gives the thread that was started early once, then new ones with the lane's name", () => {
  withSilentWorkers((made) => {
    startLaneWorkerEarly();
    startLaneWorkerEarly();
    assert.equal(made.length, 1);
    const taken = [takeLaneWorker("a"), takeLaneWorker("b")] as unknown[];
    assert.deepEqual(taken, made);
    assert.deepEqual(made.map(({ name }) => name), ["sluice-lane", "sluice-b"]);
    dropEarlyLaneWorker();
    assert.ok(made.every(({ isTerminated }) => !isTerminated));
  });
});

Deno.test("dropEarlyLaneWorker() ends a thread that no lane has taken", () => {
  withSilentWorkers((made) => {
    startLaneWorkerEarly();
    dropEarlyLaneWorker();
    assert.equal(made[0].isTerminated, true);
    assert.notEqual(takeLaneWorker("a") as unknown, made[0]);
  });
});
