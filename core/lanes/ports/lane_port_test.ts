import { deepEqual } from "node:assert/strict";
import { controlBytes, ControlPage } from "../../control_page.ts";
import type { Driver } from "../../driver/driver.ts";
import { keepSecrets } from "../../errors/redaction.ts";
import { WorkerLanePort } from "./lane_port.ts";
import type { LaneInit } from "../messages.ts";

interface Timer {
  readonly run: () => void;
  readonly ms: number;
}

/** Sizes of a page on which no lane is woken. */
const SIZES = { lanes: 2, links: 0, nodes: 0 };
const SILENT_DRIVER = {
  signal: () => {},
  openArena: () => {
    const memory = new SharedArrayBuffer(controlBytes(SIZES));
    ControlPage.format(memory, SIZES);
    return memory;
  },
} as unknown as Driver;

/** A worker that runs nothing, and keeps the messages that it gets. */
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

/** Runs a test of a port whose worker is silent. */
function withPort(
  body: (port: WorkerLanePort, told: string[], timers: Timer[], unreferenced: unknown[]) => void,
): void {
  const { Worker, setTimeout } = globalThis;
  const { unrefTimer } = Deno;
  const timers: Timer[] = [];
  const unreferenced: unknown[] = [];
  globalThis.Worker = SilentWorker as unknown as typeof Worker;
  globalThis.setTimeout = ((run: () => void, ms: number) => timers.push({ run, ms })) as unknown as typeof setTimeout;
  Deno.unrefTimer = (id) => void unreferenced.push(id);
  try {
    const port = new WorkerLanePort({ name: "a", index: 1 } as LaneInit, SILENT_DRIVER, () => {});
    body(port, SilentWorker.last.told, timers, unreferenced);
  } finally {
    globalThis.Worker = Worker;
    globalThis.setTimeout = setTimeout;
    Deno.unrefTimer = unrefTimer;
  }
}

Deno.test("WorkerLanePort.terminate() leaves its worker a second to end by itself", () => {
  withPort((port, told, timers, unreferenced) => {
    port.terminate();
    deepEqual([told, timers.map(({ ms }) => ms), unreferenced], [["init"], [1_000], [1]]);
    timers[0].run();
    deepEqual(told, ["init", "terminate()"]);
  });
});

// All later tests know a secret that is kept here.
Deno.test("WorkerLanePort tells its worker of secrets until terminate()", () => {
  withPort((port, told) => {
    keepSecrets([{ value: "told of while it runs", reference: "${env:SOONER}" }]);
    deepEqual(told, ["init", "secrets"]);
    port.terminate();
    keepSecrets([{ value: "told of after its end", reference: "${env:LATER}" }]);
    deepEqual(told, ["init", "secrets"]);
  });
});
