/** A link's counts, read between any two steps of its ends, while the ends step between any two reads. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { LINK } from "../../ffi/layout.gen.ts";
import { acquire, bench, linkPlan } from "../../tests/fixtures/slots.ts";
import type { LinkReader, LinkWriter } from "./link.ts";
import { readLinkCounts } from "./link_counts.ts";
import { LocalLink } from "./local_link.ts";
import { evicts, type LinkPolicy } from "./policy.ts";
import { RingLinkReader, type RingLinkSite, RingLinkWriter } from "./ring_link.ts";

const CAPACITY = 4;
const POLICIES: readonly LinkPolicy[] = ["roll-off", "drop-newest", "lossless"];

/**
 * Both ends of a link. Calls `steps.next` before each access to a count, except for accesses that `steps.next` makes.
 */
function setUp(kind: "local" | "ring", policy: LinkPolicy) {
  const { driver, page, pool } = bench(64);
  const steps: { next?: () => void } = {};
  const step = () => {
    const { next } = steps;
    steps.next = undefined;
    next?.();
    steps.next ??= next;
  };
  const f64 = new Proxy(page.f64, {
    get(counts, at) {
      step();
      return Reflect.get(counts, at);
    },
    set(counts, at, value) {
      step();
      return Reflect.set(counts, at, value);
    },
  });
  Object.defineProperty(page, "f64", { value: f64 });
  const plan = linkPlan("audio", policy, CAPACITY);
  const local = () => {
    const link = new LocalLink(plan, page);
    return { writer: link, reader: link };
  };
  const ring = () => {
    const token = driver.createRing({ capacity: CAPACITY, evicts: evicts(policy), linkOffset: page.linkOffset(0) });
    const site: RingLinkSite = { page, driver, pools: [pool], staged: [], isGivenUp: false };
    const between = { ...plan, ring: token };
    return { writer: new RingLinkWriter(between, site, 1), reader: new RingLinkReader(between, site, 0) };
  };
  const { writer, reader }: { writer: LinkWriter; reader: LinkReader } = kind === "local" ? local() : ring();
  const write = (frames: number) => {
    for (let left = frames; left > 0; left--) {
      if (policy === "lossless" && writer.room() === 0) return;
      writer.write(acquire(pool, "audio", { sampleRateHz: 1, channels: 1, sampleCount: 1 }));
      writer.flush();
    }
  };
  const read = (frames: number) => {
    for (let left = frames; left > 0; left--) {
      const frame = reader.take();
      if (frame === undefined) return;
      frame.pool.release(frame.slot);
    }
  };
  const publish = () => {
    reader.publish();
    writer.publish();
  };
  const look = () => readLinkCounts(page, 0);
  return { steps, write, read, publish, look };
}

for (const kind of ["local", "ring"] as const) {
  for (const policy of POLICIES) {
    Deno.test(`readLinkCounts() never sees more in a ${kind} ${policy} link than fits, whenever its ends count`, () => {
      const { steps, write, read, publish, look } = setUp(kind, policy);
      let looks = 0;
      const seen = () => {
        looks++;
        const { written, queued, ...gone } = look();
        ok(queued >= 0 && queued <= CAPACITY, `${queued} of ${CAPACITY} queued`);
        equal(written, queued + Object.values(gone).reduce((sum, frames) => sum + frames));
      };
      for (let round = 0; round < 5; round++) {
        steps.next = seen;
        write(CAPACITY + 2);
        publish();
        read(CAPACITY);
        publish();
        write(1);
        read(1);
        publish();
      }
      steps.next = undefined;
      ok(looks > 20, `${looks} looks`);
      const { written, read: taken, full, queued } = look();
      const refused = policy === "lossless" ? 0 : 2;
      deepEqual({ written, taken, full, queued }, {
        written: 5 * (CAPACITY + refused + 1),
        taken: 5 * (CAPACITY + 1),
        full: 5 * refused,
        queued: 0,
      });
    });

    Deno.test(`readLinkCounts() never sees more in a ${kind} ${policy} link than fits, whatever its ends do meanwhile`, () => {
      const { steps, write, read, publish, look } = setUp(kind, policy);
      for (let at = 0; at < 8; at++) {
        let left = at;
        steps.next = () => {
          if (left-- > 0) return;
          steps.next = () => {};
          write(CAPACITY);
          read(CAPACITY);
          publish();
          write(CAPACITY + 2);
          publish();
          read(CAPACITY - 1);
          publish();
        };
        const { written, queued, ...gone } = look();
        steps.next = undefined;
        ok(queued >= 0 && queued <= CAPACITY, `${queued} of ${CAPACITY} queued, seen at step ${at}`);
        equal(written, queued + Object.values(gone).reduce((sum, frames) => sum + frames));
        equal(look().queued, at < 7 ? 1 : 0);
        read(CAPACITY);
        publish();
      }
    });
  }
}

Deno.test("readLinkCounts() takes what each count says for what it is, and what is left for queued", () => {
  const { page, free } = bench(1);
  const told = [
    [LINK.written, 1_000],
    [LINK.read, 1],
    [LINK.droppedFull, 2],
    [LINK.droppedToKey, 4],
    [LINK.droppedSkipped, 8],
    [LINK.droppedUnlinked, 16],
    [LINK.droppedLaneLost, 32],
  ];
  for (const [field, frames] of told) page.f64[(page.linkOffset(1) + field) >> 3] = frames;
  const wanted = { written: 1_000, read: 1, full: 6, skipped: 8, unlinked: 16, laneLost: 32, queued: 937 };
  deepEqual(readLinkCounts(page, 1), wanted);
  deepEqual(readLinkCounts(page, 1, true), wanted);
  free();
});

Deno.test("readLinkCounts() shows more frames that have left than came as below 0 queued, once neither end is at work", () => {
  const { page, free } = bench(1);
  page.f64[(page.linkOffset(0) + LINK.written) >> 3] = 3;
  page.f64[(page.linkOffset(0) + LINK.read) >> 3] = 5;
  const seen = [false, true].map((quiesced) => readLinkCounts(page, 0, quiesced));
  deepEqual(seen.map(({ written, queued }) => [written, queued]), [[5, 0], [3, -2]]);
  free();
});
