import { deepEqual, equal, throws } from "node:assert/strict";
import type { LaneReport } from "../messages.ts";
import { type LaneEvent, type LaneState, stateAfter, TRAITS, TRANSITIONS } from "./lane_states.ts";
import { LaneThread } from "./lane_thread.ts";

const STATES = Object.keys(TRANSITIONS) as LaneState[];

/** Reports of a lane about itself and about calls that others wait for; and reports about nodes and edits. */
const OWN: readonly LaneReport["kind"][] = ["closed", "configured", "emitted", "gone", "log", "overflow", "warning"];
const OTHERS: readonly LaneReport["kind"][] = [
  "opened",
  "failed",
  "ended",
  "disabled",
  "paused",
  "prepared",
  "offered",
  "tried",
  "counted",
  "attached",
  "refused",
  "applied",
  "tornDown",
  "progress",
  "facts",
];

/** Events that lead a new thread to each state. */
const WAYS: { readonly [S in LaneState]: readonly LaneEvent[] } = {
  starting: [],
  running: ["opened"],
  unopened: ["refused"],
  lost: ["opened", "lost"],
  silent: ["opened", "lost", "silenced"],
  reopening: [],
  joining: ["opened"],
  ending: ["opened", "endRequested"],
  late: ["opened", "endRequested", "overdue"],
  fenced: ["opened", "lost", "fenced"],
  closed: ["opened", "closed"],
  held: ["opened", "abandoned"],
  gone: ["opened", "lost", "freed"],
};

/** The call that triggers each event. */
const MEET: { readonly [E in LaneEvent]: (lane: LaneThread) => void } = {
  opened: (lane) => lane.opened([]),
  refused: (lane) => void lane.refuseOpening(new Error("refused, on purpose")),
  lost: (lane) => lane.lose({ error: new Error("lost, on purpose"), cause: "ended" }),
  silenced: (lane) => lane.silence(),
  joined: (lane) => lane.joined(),
  endRequested: (lane) => void lane.end(),
  closed: (lane) => lane.closed(),
  overdue: (lane) => lane.goOnWithout(),
  fenced: (lane) => lane.fence(),
  left: (lane) => lane.left(),
  freed: (lane) => lane.free(),
  abandoned: (lane) => lane.abandon(),
};

/** A thread in a state, with its observable properties. */
class Seen implements Disposable {
  readonly did: string[] = [];
  readonly lane: LaneThread;
  #say: (report: LaneReport) => void = () => {};

  constructor(state: LaneState) {
    const listener = {
      report: (_lane: LaneThread, { kind }: LaneReport) => void this.did.push(kind),
      changed: (lane: LaneThread, before: LaneState) => void this.did.push(`${before}-${lane.state}`),
    };
    const before = new LaneThread("near", "worker", { lane: 1, generation: 1, row: 1 }, listener);
    const isSecond = state === "reopening" || state === "joining";
    const life = { lane: 1, generation: 2, row: 1 };
    this.lane = isSecond ? new LaneThread("near", "worker", life, listener, before) : before;
    this.lane.run((say) => {
      this.#say = say;
      const send = ({ kind }: { readonly kind: string }) => void this.did.push(`${kind}()`);
      return { name: "near", index: 1, kind: "worker", send, terminate: () => void this.did.push("terminate()") };
    });
    for (const event of WAYS[state]) MEET[event](this.lane);
    this.did.length = 0;
  }

  hears(kinds: readonly LaneReport["kind"][]): readonly string[] {
    this.did.length = 0;
    for (const kind of kinds) this.#say({ kind } as LaneReport);
    return this.did;
  }

  [Symbol.dispose](): void {
    if (this.lane.state === "lost") this.lane.silence();
  }
}

for (const state of STATES) {
  Deno.test(`LaneThread that is ${state} meets what the table has, and refuses what it has not`, () => {
    for (const event of Object.keys(MEET) as LaneEvent[]) {
      using seen = new Seen(state);
      equal(seen.lane.state, state);
      const next = (TRANSITIONS[state] as { readonly [event: string]: LaneState })[event];
      // A thread ignores late reports of an opening.
      const isIgnored = next === undefined && (event === "opened" || event === "refused");
      const isOver = state === "closed" && event === "endRequested";
      if (next === undefined && !isIgnored && !isOver) {
        throws(() => MEET[event](seen.lane), { message: new RegExp(`^Internal error: lane "near" is "${state}"`) });
        deepEqual([seen.lane.state, seen.did], [state, []]);
      } else {
        MEET[event](seen.lane);
        equal(seen.lane.state, next ?? state);
        deepEqual(seen.did.filter((each) => each.includes("-")), (next ?? state) === state ? [] : [`${state}-${next}`]);
      }
    }
  });

  Deno.test(`LaneThread that is ${state} is heard as its state has it`, () => {
    using seen = new Seen(state);
    const { hears } = TRAITS[state];
    deepEqual(seen.hears(OWN), hears === "nothing" ? [] : OWN);
    deepEqual(seen.hears(OTHERS), hears === "all" ? OTHERS : []);
  });
}

Deno.test("LaneThread ends its thread once it is given up or gone, before it tells of that", () => {
  for (const [state, event] of [["late", "closed"], ["lost", "freed"], ["lost", "fenced"]] as const) {
    using seen = new Seen(state);
    MEET[event](seen.lane);
    deepEqual(seen.did, ["terminate()", `${state}-${seen.lane.state}`]);
  }
});

Deno.test("LaneThread that is given up or gone keeps nothing of its worker", () => {
  for (const [state, event] of [["late", "closed"], ["lost", "freed"], ["lost", "fenced"]] as const) {
    using seen = new Seen(state);
    seen.lane.send({ kind: "close" });
    MEET[event](seen.lane);
    deepEqual(seen.did.splice(0), ["close()", "terminate()", `${state}-${seen.lane.state}`]);
    seen.lane.send({ kind: "close" });
    seen.lane.terminate();
    deepEqual(seen.did, []);
  }
});

Deno.test("LaneThread.whenOpen settles whatever becomes of a thread that opens its nodes", async () => {
  const outcomes: unknown[] = [];
  for (const event of ["opened", "refused", "lost", "endRequested", "closed", "abandoned"] as const) {
    using seen = new Seen("starting");
    MEET[event](seen.lane);
    outcomes.push(await seen.lane.whenOpen.catch(({ message }) => message));
  }
  const ended = 'Lane "near" ended before it was ready';
  deepEqual(outcomes, [[], "refused, on purpose", [], ended, ended, ended]);
});

Deno.test("LaneThread that is lost is silent a second later", () => {
  const { setTimeout } = globalThis;
  const timers: [run: () => void, ms: number][] = [];
  globalThis.setTimeout = ((run: () => void, ms: number) => timers.push([run, ms])) as unknown as typeof setTimeout;
  try {
    const { lane } = new Seen("lost");
    const [[run, ms]] = timers;
    deepEqual([lane.state, ms], ["lost", 1_000]);
    run();
    equal(lane.state, "silent");
  } finally {
    globalThis.setTimeout = setTimeout;
  }
});

Deno.test("docs/lanes.md has the states of a lane's thread and where each event leads", async () => {
  const text = await Deno.readTextFile(new URL("../../../docs/lanes.md", import.meta.url));
  const rows = text.split("\n").flatMap((line) => {
    const [, state, , next] = line.split("|").map((cell) => cell.trim());
    const name = /^`(\w+)`$/.exec(state ?? "")?.[1];
    if (name === undefined || next === undefined || !(next.includes("→") || next === "none")) return [];
    return [[name, Object.fromEntries([...next.matchAll(/(\w+) → `(\w+)`/g)].map(([, event, to]) => [event, to]))]];
  });
  deepEqual(Object.fromEntries(rows), TRANSITIONS);
  const events = new Set(STATES.flatMap((state) => Object.keys(TRANSITIONS[state])));
  deepEqual([...events].filter((event) => !new RegExp(`^\\| ${event} +\\|`, "m").test(text)), []);
});

Deno.test("stateAfter() names the lane, its state and the event that cannot be", () => {
  const message = 'Internal error: lane "dsp" is "gone", where "lost" cannot be';
  throws(() => stateAfter("dsp", "gone", "lost"), { message });
});
