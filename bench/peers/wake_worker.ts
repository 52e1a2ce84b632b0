/**
 * One side of a ping-pong between two lanes: by the driver's doorbell, by a bare futex, or by spinning.
 *
 * @module
 */
import { ControlPage } from "../../core/control_page.ts";
import type { ArenaToken, DriverToken } from "../../core/driver/driver.ts";
import { openDriver } from "../../core/driver/open.ts";

/** What a side is told. */
export interface WakeJob {
  readonly mode: "park" | "futex" | "spin";
  /** 0 begins each round. */
  readonly lane: number;
  readonly rounds: number;
  readonly driver: DriverToken;
  readonly control: ArenaToken;
  /** A word for each side, 128 bytes apart. */
  readonly words: ArenaToken;
}

/** What it answers. */
export interface WakeAnswer {
  readonly woken: number;
  readonly tripsNs: number[];
}

const BIT = 40;
const FUTEX_WAIT_PRIVATE = 128;
const FUTEX_WAKE_PRIVATE = 129;
const FUTEX_CALL = Deno.build.arch === "x86_64" ? 202n : 98n;

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<WakeJob>) => void;
  postMessage(answer: WakeAnswer): void;
};

scope.onmessage = ({ data: job }) => {
  const driver = openDriver(job.driver);
  driver.useControl(job.control);
  const { call, wait } = job.mode === "futex" ? byFutex(job, driver.openArena(job.words)) : byDoorbell(job, driver);
  const tripsNs: number[] = [];
  let woken = 0;
  for (let k = 0; k < job.rounds; k++) {
    const fromNs = driver.nowNs();
    if (job.lane === 0) call();
    wait();
    woken++;
    if (job.lane === 1) call();
    tripsNs.push(driver.nowNs() - fromNs);
  }
  scope.postMessage({ woken, tripsNs: job.lane === 0 ? tripsNs : [] });
};

function byDoorbell({ mode, lane, control }: WakeJob, driver: ReturnType<typeof openDriver>) {
  const page = new ControlPage(driver.openArena(control));
  let called = false;
  const take = () => void (called = true);
  return {
    call: () => driver.signal(1 - lane, BIT),
    wait() {
      for (called = false;;) {
        const bell = page.bell(lane);
        page.drainInbox(lane, take);
        if (called) return;
        if (mode === "park") driver.park(lane, bell, 1_000);
      }
    },
  };
}

function byFutex({ lane, words }: WakeJob, buffer: ArrayBuffer | SharedArrayBuffer) {
  if (words.kind !== "native") throw new TypeError("The bare futex needs a native arena");
  const { symbols } = Deno.dlopen("libc.so.6", {
    syscall: { parameters: ["i64", "pointer", "i32", "u32", "pointer"], result: "i32" },
  });
  const word = new Int32Array(buffer);
  const own = Deno.UnsafePointer.create(words.address + BigInt(lane * 128));
  const other = Deno.UnsafePointer.create(words.address + BigInt((1 - lane) * 128));
  let seen = 0;
  return {
    call() {
      Atomics.add(word, (1 - lane) * 32, 1);
      symbols.syscall(FUTEX_CALL, other, FUTEX_WAKE_PRIVATE, 1, null);
    },
    wait() {
      while (Atomics.load(word, lane * 32) === seen) symbols.syscall(FUTEX_CALL, own, FUTEX_WAIT_PRIVATE, seen, null);
      seen++;
    },
  };
}
