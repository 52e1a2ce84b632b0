/**
 * The protocols of the portable driver, checked over all interleavings of small models.
 *
 * A model is a set of threads, each a program of atomic steps on shared memory; the search visits every state that any
 * schedule can reach. The steps are those of `core/driver/portable.ts`, one for each call of `Atomics`: a copy, because
 * the driver's code cannot be stopped between two of them. So the last tests run the driver's code, and compare the
 * calls that it makes, in order, with the steps of the models. Broken variants of the same models show that the search
 * would find a mistake.
 */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { controlBytes, ControlPage } from "../core/control_page.ts";
import { RING_ACCEPTED, RING_NONE } from "../core/driver/driver.ts";
import { PortableDriver } from "../core/driver/portable.ts";
import { LANE, LINK } from "../ffi/layout.gen.ts";
import { rare } from "./fixtures/rare.ts";

/** All that a schedule can change. Plain data, so that a state has a key. */
interface State {
  /** Shared words. */
  readonly memory: Record<string, number>;
  /** For each thread: the step it is at, and its local values. */
  readonly threads: { step: number; local: Record<string, number> }[];
  /** What the threads noted: entries taken, evicted, refused. */
  readonly notes: Record<string, number[]>;
}

/** Does one atomic step; gives the next one, or `END`. `undefined`: it waits, and another thread has to go on. */
type Step = (memory: State["memory"], local: Record<string, number>, notes: State["notes"]) => number | undefined;

const END = -1;

/** Words of an inbox's summary; the models have one. */
const SUMMARY_WORDS = LANE.inboxBits / 32 / 32;

/** Visits every reachable state. @returns how many; calls `check` in each in which no thread can go on */
function explore(
  programs: readonly (readonly Step[])[],
  memory: State["memory"],
  check: (state: State) => void,
): number {
  const start: State = { memory, threads: programs.map(() => ({ step: 0, local: {} })), notes: {} };
  const seen = new Set<string>([JSON.stringify(start)]);
  const open = [start];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    let stuck = true;
    for (const [at, program] of programs.entries()) {
      if (state.threads[at].step === END) continue;
      const next = structuredClone(state) as State;
      const thread = next.threads[at];
      const to = program[thread.step](next.memory, thread.local, next.notes);
      if (to === undefined) continue;
      stuck = false;
      thread.step = to;
      const key = JSON.stringify(next);
      if (seen.has(key)) continue;
      seen.add(key);
      open.push(next);
    }
    if (stuck) check(state);
  }
  return seen.size;
}

/** Shared words of a ring. Counts wrap at `span`, a multiple of the capacity. */
function ringMemory(capacity: number): State["memory"] {
  const memory: State["memory"] = { head: 0, tail: 0 };
  for (let k = 0; k < capacity; k++) memory[`e${k}`] = 0;
  return memory;
}

/** `PortableWriter`: puts 1, 2, … `count`. */
function writer(capacity: number, span: number, count: number, evicts: boolean, mistake = ""): Step[] {
  const distance = (head: number, tail: number) => (tail - head + span) % span;
  return [
    // 0: a new entry; the cached head may tell that there is room.
    (_memory, local) => {
      local.entry = (local.entry ?? 0) + 1;
      local.tail ??= 0;
      local.head ??= 0;
      if (local.entry > count) return END;
      return distance(local.head, local.tail) >= capacity ? 1 : 4;
    },
    // 1: Atomics.load(HEAD)
    (memory, local, notes) => {
      local.head = memory.head;
      if (distance(local.head, local.tail) < capacity) return 4;
      if (evicts) return mistake === "no claim" ? 3 : 2;
      (notes.refused ??= []).push(local.entry);
      return 0;
    },
    // 2: Atomics.load(the oldest entry)
    (memory, local) => {
      local.oldest = memory[`e${local.tail % capacity}`];
      return 3;
    },
    // 3: Atomics.compareExchange(HEAD)
    (memory, local, notes) => {
      const next = (local.head + 1) % span;
      if (mistake === "no claim") local.oldest = memory[`e${local.tail % capacity}`];
      if (memory.head === local.head || mistake === "no claim") {
        memory.head = next;
        (notes.evicted ??= []).push(local.oldest);
        local.head = next;
      } else local.head = memory.head;
      return 4;
    },
    // 4: Atomics.store(entry) — or, in the mistake, the tail first
    (memory, local) => {
      if (mistake === "tail first") memory.tail = (local.tail + 1) % span;
      else memory[`e${local.tail % capacity}`] = local.entry;
      return 5;
    },
    // 5: Atomics.store(TAIL)
    (memory, local) => {
      if (mistake === "tail first") memory[`e${local.tail % capacity}`] = local.entry;
      else memory.tail = (local.tail + 1) % span;
      local.tail = (local.tail + 1) % span;
      return 0;
    },
  ];
}

/** `PortableReader`: tries to take `tries` times. */
function reader(capacity: number, span: number, tries: number): Step[] {
  return [
    // 0: Atomics.load(HEAD)
    (memory, local) => {
      local.tries = (local.tries ?? 0) + 1;
      local.expected ??= 0;
      if (local.tries > tries) return END;
      local.head = memory.head;
      return 1;
    },
    // 1: Atomics.load(TAIL)
    (memory, local) => memory.tail === local.head ? 0 : 2,
    // 2: Atomics.load(entry)
    (memory, local) => {
      local.entry = memory[`e${local.head % capacity}`];
      return 3;
    },
    // 3: Atomics.compareExchange(HEAD)
    (memory, local, notes) => {
      if (memory.head !== local.head) {
        local.head = memory.head;
        return 1;
      }
      (notes.taken ??= []).push(local.entry);
      (notes.gaps ??= []).push(local.head === local.expected ? 0 : 1);
      memory.head = (local.head + 1) % span;
      local.expected = memory.head;
      return 0;
    },
  ];
}

/** Each entry is taken, evicted, refused or left in the ring, once; what is taken is in order; gaps are flagged. */
function checkRing(capacity: number, span: number, count: number): (state: State) => void {
  return ({ memory, notes, threads }) => {
    ok(threads.every((thread) => thread.step === END), "a thread is stuck");
    const { taken = [], evicted = [], refused = [], gaps = [] } = notes;
    const left: number[] = [];
    for (let at = memory.head; at !== memory.tail; at = (at + 1) % span) left.push(memory[`e${at % capacity}`]);
    const all = [...taken, ...evicted, ...refused, ...left].sort((a, b) => a - b);
    deepEqual(all, Array.from({ length: count }, (_, k) => k + 1));
    deepEqual(taken, [...taken].sort((a, b) => a - b), "order");
    for (const [at, entry] of taken.entries()) {
      const before = taken[at - 1] ?? 0;
      const lost = evicted.some((each) => each > before && each < entry);
      equal(gaps[at] === 1, lost, `gap before ${entry}`);
    }
  };
}

for (
  const { capacity, span, evicts } of [
    { capacity: 1, span: 4, evicts: true },
    { capacity: 2, span: 8, evicts: true },
    { capacity: 3, span: 9, evicts: true },
    { capacity: 1, span: 4, evicts: false },
    { capacity: 2, span: 8, evicts: false },
  ]
) {
  Deno.test(`portable ring of ${capacity} (evicts: ${evicts}) is exact under every schedule`, () => {
    const count = capacity + 3;
    const programs = [writer(capacity, span, count, evicts), reader(capacity, span, 4)];
    const states = explore(programs, ringMemory(capacity), checkRing(capacity, span, count));
    console.log(`ring of ${capacity}, evicts: ${evicts}: ${states} states`);
    ok(states > 500, `${states} states`);
  });
}

for (const mistake of ["no claim", "tail first"]) {
  Deno.test(`the search finds a ring whose writer has the mistake "${mistake}"`, () => {
    const programs = [writer(1, 4, 4, true, mistake), reader(1, 4, 4)];
    throws(() => explore(programs, ringMemory(1), checkRing(1, 4, 4)));
  });
}

/** A writer that signals: sets the inbox, and rings the bell if the lane sleeps. `mistake` leaves a step out. */
function signaller(times: number, mistake = ""): Step[] {
  return [
    (memory, local) => {
      local.times = (local.times ?? 0) + 1;
      if (local.times > times) return END;
      memory.work++;
      return 1;
    },
    // Atomics.or(inbox): was the word 0 before?
    (memory, local) => {
      local.before = memory.inbox;
      memory.inbox = 1;
      return local.before === 0 ? 2 : 3;
    },
    // Atomics.or(summary)
    (memory) => {
      memory.summary = 1;
      return 3;
    },
    // Atomics.load(sleeping)
    (memory) => memory.sleeping === 1 || mistake === "always rings" ? 4 : 0,
    // Atomics.add(bell), then notify: a waiting lane goes on
    (memory) => {
      memory.bell++;
      memory.waiting = 0;
      return 0;
    },
  ];
}

/** A lane that takes `goal` pieces of work, and sleeps with no time limit in between. */
function lane(goal: number, mistake = ""): Step[] {
  return [
    // Reads the bell, before it looks for work.
    (memory, local) => {
      local.bell = memory.bell;
      return 1;
    },
    // Atomics.exchange(summary, 0)
    (memory) => {
      if (memory.summary === 0) return 3;
      memory.summary = 0;
      return 2;
    },
    // Atomics.exchange(inbox, 0), then the work that is there
    (memory) => {
      memory.inbox = 0;
      return 7;
    },
    // park: Atomics.store(sleeping, 1)
    (memory) => {
      memory.sleeping = 1;
      return mistake === "no second look" ? 5 : 4;
    },
    // Atomics.load(summary)
    (memory) => memory.summary === 0 ? 5 : 6,
    // Atomics.wait(bell, seen): checks and sleeps in one
    (memory, local) => {
      if (memory.bell !== local.bell && mistake !== "no second look") return 6;
      if (local.asleep !== 1) {
        local.asleep = 1;
        memory.waiting = 1;
        return 5;
      }
      if (memory.waiting === 1) return undefined;
      local.asleep = 0;
      return 6;
    },
    // Atomics.store(sleeping, 0)
    (memory) => {
      memory.sleeping = 0;
      return 0;
    },
    (memory, local) => {
      local.done = (local.done ?? 0) + memory.work;
      memory.work = 0;
      return local.done >= goal ? END : 0;
    },
  ];
}

const INBOX: State["memory"] = { work: 0, inbox: 0, summary: 0, sleeping: 0, bell: 0, waiting: 0 };

rare(Deno.test)("portable inbox and doorbell lose no signal under any schedule of two writers", () => {
  const programs = [signaller(2), signaller(1), lane(3)];
  const states = explore(programs, INBOX, ({ threads }) => {
    ok(threads.every((thread) => thread.step === END), "the lane sleeps while there is work");
  });
  console.log(`inbox and doorbell: ${states} states`);
  ok(states > 500);
});

Deno.test("the search finds a lane that sleeps without a second look at its inbox", () => {
  throws(
    () =>
      explore([signaller(1), lane(1, "no second look")], INBOX, ({ threads }) => {
        ok(threads.every((thread) => thread.step === END), "the lane sleeps while there is work");
      }),
    /sleeps while there is work/,
  );
});

/** A lossless writer: puts `count` entries, and where it finds no room asks for a signal before it waits for one. */
function patientWriter(capacity: number, count: number, mistake = ""): Step[] {
  return [
    (memory, local) => {
      local.put ??= 0;
      if (local.put === count) return END;
      return local.put - memory.head < capacity ? 1 : mistake === "asks last" ? 3 : 2;
    },
    (memory, local) => {
      local.put++;
      memory.tail = local.put;
      return 0;
    },
    // awaitRoom(): Atomics.store(WRITER_WAITING, 1)
    (memory) => {
      memory.asked = 1;
      return 3;
    },
    // then Atomics.load(HEAD)
    (memory, local) => local.put - memory.head < capacity ? 1 : mistake === "asks last" ? 5 : 4,
    // nothing to do until the inbox says so
    (memory) => {
      if (memory.signalled === 0) return undefined;
      memory.signalled = 0;
      return 0;
    },
    (memory) => {
      memory.asked = 1;
      return 4;
    },
  ];
}

/** Its reader: takes `count` entries, and signals where it was asked to. */
function obligingReader(count: number): Step[] {
  return [
    (memory, local) => {
      local.taken ??= 0;
      if (local.taken === count) return END;
      return memory.tail === memory.head ? undefined : 1;
    },
    // Atomics.compareExchange(HEAD): nobody else moves it on a ring that does not evict
    (memory, local) => {
      memory.head++;
      local.taken++;
      return 2;
    },
    // Atomics.load(WRITER_WAITING)
    (memory) => memory.asked === 1 ? 3 : 0,
    // Atomics.exchange(WRITER_WAITING, 0), and the signal if it was set
    (memory) => {
      if (memory.asked === 1) memory.signalled = 1;
      memory.asked = 0;
      return 0;
    },
  ];
}

const ROOM: State["memory"] = { head: 0, tail: 0, asked: 0, signalled: 0 };

Deno.test("portable lossless ring never leaves its writer waiting while there is room", () => {
  for (const capacity of [1, 2, 3]) {
    explore([patientWriter(capacity, 7), obligingReader(7)], ROOM, ({ threads }) => {
      ok(threads.every((thread) => thread.step === END), "the writer waits for ever");
    });
  }
});

Deno.test("the search finds a writer that looks for room before it asks", () => {
  throws(
    () =>
      explore([patientWriter(1, 4, "asks last"), obligingReader(4)], ROOM, ({ threads }) => {
        ok(threads.every((thread) => thread.step === END), "the writer waits for ever");
      }),
    /waits for ever/,
  );
});

/** Where a call of `Atomics` went. */
type Names = (array: Int32Array | Uint32Array, index: number) => string;

/** The calls of `Atomics` that `run` makes: `"load head"`. */
function callsOf(names: Names, run: () => void): string[] {
  const calls: string[] = [];
  const operations = ["load", "store", "add", "or", "exchange", "compareExchange", "wait", "notify"] as const;
  const all = Atomics as unknown as Record<string, (array: Int32Array, index: number, ...rest: number[]) => unknown>;
  const originals = operations.map((name) => all[name]);
  for (const [k, name] of operations.entries()) {
    all[name] = (array, index, ...rest) => {
      calls.push(`${name} ${names(array, index)}`);
      return originals[k](array, index, ...rest);
    };
  }
  try {
    run();
  } finally {
    for (const [k, name] of operations.entries()) all[name] = originals[k];
  }
  return calls;
}

/** Both ends of a ring of the driver from lane 0 to lane 1, and what its words are called. */
function tracedRing(capacity: number, evicts: boolean) {
  const driver = new PortableDriver();
  const sizes = { lanes: 2, links: 1, nodes: 1 };
  const control = driver.createArena(controlBytes(sizes));
  const page = ControlPage.format(driver.openArena(control), sizes);
  driver.useControl(control);
  const token = driver.createRing({ capacity, evicts, linkOffset: page.linkOffset(0) });
  driver.bindWriter(token, 0, 0);
  driver.bindReader(token, 1, 0);
  const words = new Map([[0, "head"], [16, "tail"], [32, "reader"], [33, "reader"], [34, "writer"], [35, "writer"]]);
  const fields: [string, number][] = [["asked", page.linkOffset(0) + LINK.writerWaiting]];
  for (const lane of [0, 1]) {
    for (const field of ["inbox", "inboxSummary", "sleeping", "bell"] as const) {
      fields.push([field, page.laneOffset(lane) + LANE[field]]);
    }
    for (let k = 1; k < SUMMARY_WORDS; k++) {
      fields.push(["inboxSummary", page.laneOffset(lane) + LANE.inboxSummary + 4 * k]);
    }
  }
  const names: Names = (array, index) => {
    if (array.buffer !== page.i32.buffer) return array.byteOffset > 0 ? "entry" : words.get(index) ?? `word ${index}`;
    return fields.find(([, at]) => at === index * 4)?.[0] ?? `control word ${index}`;
  };
  const calls = (run: () => void) => callsOf(names, run);
  return { driver, page, writer: driver.openWriter(token), reader: driver.openReader(token), calls };
}

/** Calls that only say whom to signal, and what comes of it: steps of the model of inbox and doorbell. */
const SIGNAL = ["load reader", "load reader", "or inbox", "or inboxSummary", "load sleeping"];

Deno.test("a ring's writer makes the calls of Atomics that its model has as steps", () => {
  for (const evicts of [true, false]) {
    const { writer, reader, page, calls } = tracedRing(2, evicts);
    deepEqual(calls(() => equal(writer.push(1), RING_ACCEPTED)), ["store entry", "store tail", ...SIGNAL]);
    page.drainInbox(1, () => {});
    writer.push(2);
    page.drainInbox(1, () => {});
    if (evicts) {
      const steps = ["load head", "load entry", "compareExchange head", "store entry", "store tail"];
      deepEqual(calls(() => equal(writer.push(3), 1)), [...steps, ...SIGNAL]);
    } else {
      deepEqual(calls(() => equal(writer.push(3), RING_NONE)), ["load head"]);
      deepEqual(calls(() => writer.awaitRoom()), ["store asked", "load head"]);
    }
    page.drainInbox(1, () => {});
    reader.pop();
    // The head that the writer has seen is an older one.
    const steps = ["load head", "store entry", "store tail"];
    deepEqual(calls(() => equal(writer.push(4), RING_ACCEPTED)), [...steps, ...SIGNAL]);
  }
});

Deno.test("a ring's reader makes the calls of Atomics that its model has as steps", () => {
  const { writer, reader, calls } = tracedRing(1, false);
  deepEqual(calls(() => equal(reader.pop(), RING_NONE)), ["load head", "load tail"]);
  writer.push(1);
  const take = ["load head", "load tail", "load entry", "compareExchange head"];
  deepEqual(calls(() => equal(reader.pop(), 1)), [...take, "load asked"]);
  writer.push(2);
  writer.awaitRoom();
  const signal = ["load writer", "load writer", "or inbox", "or inboxSummary", "load sleeping"];
  deepEqual(calls(() => equal(reader.pop(), 2)), [...take, "load asked", "exchange asked", ...signal]);
});

Deno.test("a batch is put, and taken, entry by entry as its models do, and signals once, after all of it", () => {
  const { writer, reader, calls } = tracedRing(3, false);
  const put = ["store entry", "store tail"];
  writer.staging.set([1, 2, 3, 4]);
  deepEqual(calls(() => equal(writer.commit(4), 3)), [...put, ...put, ...put, "load head", ...SIGNAL]);
  deepEqual(calls(() => equal(writer.commit(1), 0)), ["load head"]);
  writer.awaitRoom();
  const take = ["load head", "load tail", "load entry", "compareExchange head"];
  const signal = ["load writer", "load writer", "or inbox", "or inboxSummary", "load sleeping"];
  const calledFor = calls(() => equal(reader.fetch(2), 2));
  deepEqual(calledFor, [...take, ...take, "load asked", "exchange asked", ...signal]);
  deepEqual(calls(() => equal(reader.fetch(2), 1)), [...take, "load head", "load tail", "load asked"]);
  deepEqual(calls(() => equal(reader.fetch(2), 0)), ["load head", "load tail"]);
});

Deno.test("inbox, doorbell and park() make the calls of Atomics that their models have as steps", async () => {
  const { driver, page, calls } = tracedRing(1, false);
  deepEqual(calls(() => driver.signal(1, 0)), ["or inbox", "or inboxSummary", "load sleeping"]);
  deepEqual(calls(() => driver.signal(1, 1)), ["or inbox", "load sleeping"]);
  deepEqual(calls(() => driver.park(1, page.bell(1), 60_000)).slice(1), [
    "store sleeping",
    "load inboxSummary",
    "store sleeping",
  ]);
  deepEqual(calls(() => page.drainInbox(1, () => {})).filter((call) => call.startsWith("exchange")), [
    "exchange inboxSummary",
    "exchange inbox",
  ]);
  driver.signal(1, 2);
  let parked: Promise<void> | undefined;
  deepEqual(calls(() => parked = driver.parkAsync(1, page.bell(1), 250)), [
    "load bell",
    "store sleeping",
    "load inboxSummary",
    "store sleeping",
  ]);
  await parked;
  page.drainInbox(1, () => {});
  const looks = new Array(SUMMARY_WORDS).fill("load inboxSummary");
  const park = () => driver.park(1, page.bell(1), 1);
  deepEqual(calls(park), ["load bell", "store sleeping", ...looks, "wait bell", "store sleeping"]);
  page.i32[(page.laneOffset(1) + LANE.sleeping) >> 2] = 1;
  const ring = ["add bell", "notify bell"];
  deepEqual(calls(() => driver.signal(1, 0)), ["or inbox", "or inboxSummary", "load sleeping", ...ring]);
});
