import { deepEqual } from "node:assert/strict";
import { PortableDriver } from "../driver/portable.ts";
import { WorkerLanePort } from "./lane_port.ts";
import type { LaneInit } from "./messages.ts";

/** A worker of which nothing runs, and which keeps what it is told. */
class SilentWorker {
  readonly told: string[] = [];
  static last: SilentWorker;

  constructor() {
    SilentWorker.last = this;
  }

  postMessage({ kind }: { readonly kind: string }): void {
    this.told.push(kind);
  }

  terminate(): void {
    this.told.push("terminate()");
  }
}

Deno.test("WorkerLanePort.terminate() leaves its worker a second to end by itself", () => {
  const { Worker, setTimeout } = globalThis;
  const { unrefTimer } = Deno;
  const timers: { readonly run: () => void; readonly ms: number }[] = [];
  const unreferenced: unknown[] = [];
  globalThis.Worker = SilentWorker as unknown as typeof Worker;
  globalThis.setTimeout = ((run: () => void, ms: number) => timers.push({ run, ms })) as unknown as typeof setTimeout;
  Deno.unrefTimer = (id) => void unreferenced.push(id);
  try {
    const port = new WorkerLanePort({ name: "a", index: 1 } as LaneInit, new PortableDriver(), () => {});
    const { told } = SilentWorker.last;
    port.terminate();
    deepEqual([told, timers.map(({ ms }) => ms), unreferenced], [["init"], [1_000], [1]]);
    timers[0].run();
    deepEqual(told, ["init", "terminate()"]);
  } finally {
    globalThis.Worker = Worker;
    globalThis.setTimeout = setTimeout;
    Deno.unrefTimer = unrefTimer;
  }
});
