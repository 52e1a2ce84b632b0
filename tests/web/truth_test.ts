/**
 * The page's rates, quantiles, busy shares and words beside what nodes of known behaviour have noted themselves, over
 * the same time.
 */
import assert from "node:assert/strict";
import { BUCKET_SHIFTS, STATS_MAGIC } from "../../control/schemas/stats_layout.ts";
import { bucketOf, bucketStartNs } from "../../core/stats/histogram.ts";
import { Runtime } from "../../mod.ts";
import { hanging } from "../fixtures/hanging.ts";
import { Hold } from "../fixtures/hold.ts";
import { numberedSource } from "../fixtures/numbered.ts";
import { nowMs, readWorked, type Worked, working } from "../fixtures/working.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { serveStarted, toNumber } from "./live_graph.ts";

/** How long the page is looked at, at least, seconds. */
const SECONDS = Number(Deno.env.get("SLUICE_TRUTH_SECONDS") ?? 0);

/** The page's rates are between two readings about so far apart, milliseconds. */
const LEAST_WINDOW_MS = 850;
const MOST_WINDOW_MS = 1_060;

/** Time over which it takes its quantiles; they are looked at about once a second, milliseconds. */
const QUANTILES_MS = 10_000;
const LOOK_MS = 1_400;

/** By how much what is shown over the whole time may differ from what was counted in it, as a share. */
const MOST_APART = 0.05;

/** Rounding of the texts: of three figures, and of whole per cents. */
const ROUNDING = 0.006;
const PERCENT_ROUNDING = 0.0051;

/** What a tick takes beside what it notes, milliseconds: the runtime calls it, and reads its clock. */
const CALL_MS = 0.05;

/** By how much the noting of a tick and the reading of its counts may be apart on an idle machine, milliseconds. */
const APART_MS = 15;

/** How much later than a thread of the test any other may come to run, as a factor: it is measured while they run. */
const LATENESS_FACTOR = 3;

/** Period of the beats by which it is known how late threads come to run, milliseconds. */
const BEAT_MS = 20;

/** Time between two samples of a row, milliseconds. */
const SAMPLE_MS = 250;

/** Samples of each node that are compared, at least. */
const LEAST_SAMPLES = 8;

/** How soon a node is to be named that does not return, milliseconds. */
const NAMED_WITHIN_MS = 2_500;

/** How old the reading may be that is shown, milliseconds: ten come in a second. */
const OLD_MS = 400;

/** Ticks of `changes` before it changes: more than come after it. */
const TICKS_BEFORE = 100;

/** A node: how long it works on each frame, or on each of so many, and how often frames come. */
const NODES = {
  short: { workMs: 0.1, intervalMs: 5 },
  ms5: { workMs: 5, intervalMs: 10 },
  ms25: { workMs: 25, intervalMs: 10 },
  ms120: { workMs: 120, intervalMs: 10 },
  ms500: { workMs: 500, intervalMs: 10 },
  bursts: { workMs: 2, intervalMs: 700, perTick: 40 },
  rare: { workMs: 20, everyTicks: 100, intervalMs: 10, perTick: 8 },
  stops: { workMs: 10, intervalMs: 20 },
  changes: { workMs: 12, intervalMs: 15 },
} as const satisfies Record<string, {
  workMs: number;
  intervalMs: number;
  perTick?: number;
  everyTicks?: number;
}>;

type Name = keyof typeof NODES;

/**
 * Those that are left out where the whole run is to be short: they keep a processor busy each, as `ms25` does, or come in
 * bursts less than twice a second, of which a few of the windows that rates are taken over tell no mean.
 */
const LONG_ONES: ReadonlySet<Name> = new Set(["ms120", "ms500", "bursts"]);

/** What the page shows of a node at a time. */
interface Shown {
  /** When it was painted, as `nowMs()` has it. */
  readonly atMs: number;
  /** The readings that it may be of, by their places in {@linkcode Seen.readings}. */
  readonly first: number;
  readonly last: number;
  readonly condition: string;
  readonly ticksPerSecond: number;
  readonly busy: number;
  readonly p50Ms: number;
}

/** A row of the page's table: when, of which readings, and the texts of its figures. */
type Row = [atMs: number, first: number, last: number, ...texts: string[]];

/** What a page has got and shown. */
interface Seen {
  readonly rows: { [node: string]: Row[] };
  /** When each reading was made by the runtime's clock, and when it came, milliseconds. */
  readonly readings: [madeMs: number, cameMs: number][];
  /** How late the page's thread came to run at most, milliseconds. */
  lateMs: number;
}

/** Notes readings as they come to the page. Run before its own code. */
function followReadings(magic: number): void {
  const readings: Seen["readings"] = [];
  const { WebSocket } = globalThis;
  globalThis.WebSocket = class extends WebSocket {
    constructor(...given: ConstructorParameters<typeof WebSocket>) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if (!(data instanceof ArrayBuffer)) return;
        const view = new DataView(data);
        if (view.getUint32(0, true) !== magic) return;
        readings.push([view.getFloat64(56, true) / 1e6, performance.timeOrigin + performance.now()]);
      });
    }
  };
  Object.assign(globalThis, { readings });
}

/** Notes in the page what its table shows of each node, every so often, and whenever it has another condition. */
function followTable(sampleMs: number): Seen {
  const { readings } = globalThis as unknown as Pick<Seen, "readings">;
  const seen: Seen = { rows: {}, readings, lateMs: 0 };
  let lastMs = NaN;
  // A text may be of what had come two frames ago: it is drawn in the frame after the reading was taken up.
  let newest = [readings.length - 1, readings.length - 1];
  const look = () => {
    const atMs = performance.timeOrigin + performance.now();
    if (atMs - lastMs > 20) seen.lateMs = Math.max(seen.lateMs, atMs - lastMs - 20);
    lastMs = atMs;
    const last = readings.length - 1;
    for (const row of document.querySelectorAll("tr[data-node]")) {
      const text = (figure: string) => row.querySelector(`[data-figure="${figure}"]`)?.textContent ?? "";
      const now = [text("condition"), text("rate"), text("busy"), text("p50")];
      const all = seen.rows[row.getAttribute("data-node")!] ??= [];
      const before = all.at(-1);
      if (before === undefined || atMs - before[0] >= sampleMs || before[3] !== now[0]) {
        all.push([atMs, newest[0], last, ...now]);
      }
    }
    newest = [newest[1], last];
    requestAnimationFrame(look);
  };
  look();
  return seen;
}

/** Measures how late this thread, which reads the figures and sends them, comes to run at most. */
class Beats implements Disposable {
  #lastMs = nowMs();
  #lateMs = 0;
  readonly #timer = setInterval(() => {
    const atMs = nowMs();
    this.#lateMs = Math.max(this.#lateMs, atMs - this.#lastMs - BEAT_MS);
    this.#lastMs = atMs;
  }, BEAT_MS);

  get lateMs(): number {
    return this.#lateMs;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

function toMs(text: string): number {
  const factors: Record<string, number> = { ns: 1e-6, "µs": 1e-3, ms: 1, s: 1_000 };
  const unit = /[a-zµ]+$/.exec(text.trim())?.[0] ?? "";
  return toNumber(text) * (factors[unit] ?? NaN);
}

type Span = readonly [least: number, most: number];

/** The first tick that ended after a time: ticks are in the order in which they ended. */
function firstAfter(worked: readonly Worked[], ms: number): number {
  let [low, high] = [0, worked.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (worked[middle].endMs > ms) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Ticks that ended between two times, and how much of that they took, where each time may be off by so much. */
function workedIn(
  worked: readonly Worked[],
  fromMs: number,
  toMs: number,
  apartMs: number,
): { readonly rate: Span; readonly busy: Span } {
  const between = (from: number, to: number) => {
    const [first, last] = [firstAfter(worked, from), firstAfter(worked, to)];
    const ticks = Math.max(0, last - first);
    // The last one had begun in it.
    const inside = worked.slice(first, last + 1).map(({ startMs, endMs }) =>
      Math.max(0, Math.min(to, endMs) - Math.max(from, startMs))
    );
    const busyMs = inside.reduce((sum, each) => sum + each, 0);
    return { rate: ticks * 1_000 / (toMs - fromMs), busy: busyMs / (toMs - fromMs), ticks };
  };
  const least = between(fromMs + apartMs, toMs - apartMs);
  const most = between(fromMs - apartMs, toMs + apartMs);
  // The runtime's times of a tick lie around those that it notes: in between its thread may wait for a core.
  const aroundMs = most.ticks * CALL_MS + apartMs;
  return { rate: [least.rate, most.rate], busy: [least.busy, Math.min(1, most.busy + aroundMs / (toMs - fromMs))] };
}

/**
 * What two readings about a second apart have, of which the later one is one of some; none if one of these comes so soon
 * after the first reading that its rates are of less.
 */
function windowsOf(readings: Seen["readings"], { first, last }: Shown): Span[] {
  const windows: Span[] = [];
  for (let k = Math.max(0, first); k <= last; k++) {
    const [toMs] = readings[k];
    const before = readings.slice(0, k).map(([madeMs]) => madeMs);
    const second = before.filter((madeMs) => toMs - madeMs >= LEAST_WINDOW_MS && toMs - madeMs <= MOST_WINDOW_MS);
    // After a time in which the machine made none it is the oldest of that second, or the one before.
    if (second.length > 0) windows.push(...second.map((fromMs) => [fromMs, toMs] as const));
    else if (before.length > 0 && toMs - before[0] > MOST_WINDOW_MS) {
      windows.push([before.find((madeMs) => toMs - madeMs <= MOST_WINDOW_MS) ?? before.at(-1)!, toMs]);
    } else return [];
  }
  return windows;
}

/** What the middle bucket of the histogram may stand for, of the times of the last ten seconds that it may have. */
function medianMs(worked: readonly Worked[], toMs: number, startedMs: number, apartMs: number): Span {
  let [least, most] = [Infinity, 0];
  const all = firstAfter(worked, toMs) - firstAfter(worked, toMs - QUANTILES_MS);
  // Where there are many, it does not matter which are counted.
  const stepMs = all > 500 ? LOOK_MS / 4 : LOOK_MS / 20;
  for (let endMs = toMs - LOOK_MS - apartMs; endMs <= toMs + apartMs; endMs += stepMs) {
    for (const lengthMs of [QUANTILES_MS, QUANTILES_MS + LOOK_MS]) {
      for (const firstMs of [startedMs, startedMs + LOOK_MS / 2, startedMs + LOOK_MS]) {
        const beginMs = Math.max(endMs - lengthMs, firstMs);
        const those = worked.slice(firstAfter(worked, beginMs), Math.max(0, firstAfter(worked, endMs)));
        const took = Float64Array.from(those, ({ startMs, endMs }) => endMs - startMs).sort();
        // What ended just then may be in it or not.
        for (const middle of took.slice(Math.max(0, (took.length >> 1) - 2), (took.length >> 1) + 2)) {
          least = Math.min(least, middle);
          most = Math.max(most, middle + CALL_MS);
        }
      }
    }
  }
  const middleOfBucket = (ms: number) =>
    bucketStartNs(bucketOf(ms * 1e6, BUCKET_SHIFTS.tickP50) + 0.5, BUCKET_SHIFTS.tickP50) / 1e6;
  return [middleOfBucket(least), middleOfBucket(most)];
}

function isWithin(value: number, [least, most]: Span, rounding: number): boolean {
  return value >= least * (1 - ROUNDING) - rounding && value <= most * (1 + ROUNDING) + rounding;
}

/** From the middle one of the beginnings to the middle one of the ends of the windows that a figure may be of. */
function middleOf(windows: readonly Span[]): Span {
  const from = windows.map(([fromMs]) => fromMs).sort((a, b) => a - b);
  const to = windows.map(([, toMs]) => toMs).sort((a, b) => a - b);
  return [from[from.length >> 1], to[to.length >> 1]];
}

/**
 * Compares the means of what the page showed of a node with those of what it has noted: where one window ends the next
 * begins, so that a tick counted in the wrong one is missing in another, except at both ends of the whole.
 */
function compareMeans(
  name: Name,
  all: readonly Shown[],
  worked: readonly Worked[],
  readings: Seen["readings"],
): void {
  const mean = (of: readonly number[]) => of.reduce((sum, each) => sum + each, 0) / of.length;
  const samples = all.flatMap((shown) => {
    const windows = windowsOf(readings, shown);
    if (windows.length === 0) return [];
    const [fromMs, toMs] = middleOf(windows);
    return [{ shown, counted: workedIn(worked, fromMs, toMs, 0) }];
  });
  const rate = mean(samples.map(({ counted }) => counted.rate[0]));
  const busy = mean(samples.map(({ counted }) => counted.busy[0]));
  const { workMs, perTick }: { workMs: number; perTick?: number } = NODES[name];
  const atEnds = (perTick ?? 1) * 1_000 /
    (readings[samples.at(-1)!.shown.last][0] - readings[samples[0].shown.first][0]);
  const figures = [
    ["rate", mean(samples.map(({ shown }) => shown.ticksPerSecond)), [rate, rate], atEnds],
    [
      "busy",
      mean(samples.map(({ shown }) => shown.busy)),
      [busy, Math.min(1, busy + rate * CALL_MS / 1_000)],
      PERCENT_ROUNDING + atEnds * workMs / 1_000,
    ],
  ] as const;
  for (const [figure, shown, [least, most], apart] of figures) {
    assert.ok(
      shown >= least * (1 - MOST_APART) - apart && shown <= most * (1 + MOST_APART) + apart,
      `${name}: the page showed a ${figure} of ${shown} in the mean, counted ${least} to ${most}`,
    );
  }
}

/** What the page showed, by node. */
function readTable({ rows }: Seen): { readonly [node: string]: Shown[] } {
  const read = ([atMs, first, last, condition, rate, busy, p50]: Row): Shown => ({
    atMs,
    first,
    last,
    condition,
    ticksPerSecond: toNumber(rate),
    busy: busy.startsWith("<") ? 0.005 : toNumber(busy) / 100,
    p50Ms: toMs(p50),
  });
  return Object.fromEntries(Object.entries(rows).map(([node, all]) => [node, all.map(read)]));
}

/** What one run of the test has seen. */
interface Run {
  /** When the graph was started, and when the page began to be looked at. */
  readonly startedMs: number;
  readonly fromMs: number;
  /** By how much the noting of a tick and the reading of its counts may be apart. */
  readonly apartMs: number;
  /** How late the page came to show what it had. */
  readonly lateMs: number;
}

/** Compares all that the page showed of a node with what that has noted. */
function compare(
  name: string,
  all: readonly Shown[],
  worked: readonly Worked[],
  readings: Seen["readings"],
  { startedMs, fromMs, apartMs, lateMs }: Run,
): void {
  const wrong: string[] = [];
  let samples = 0;
  let quantiles = 0;
  for (const shown of all) {
    const windows = windowsOf(readings, shown);
    if (windows.length === 0) continue;
    samples++;
    const { atMs, last, condition, ticksPerSecond, busy, p50Ms } = shown;
    const counted = windows.map(([fromMs, toMs]) => workedIn(worked, fromMs, toMs, apartMs));
    const told = `${Math.round(atMs - fromMs)} ms: `;
    const oldMs = atMs - readings[last][0];
    if (oldMs > OLD_MS + apartMs + lateMs) wrong.push(`${told}a reading of ${oldMs} ms ago`);
    if (!counted.some(({ rate }) => isWithin(ticksPerSecond, rate, 0))) {
      wrong.push(`${told}${ticksPerSecond}/s, counted ${counted.map(({ rate }) => rate.join(" to ")).join(", ")}`);
    }
    if (!counted.some((each) => isWithin(busy, each.busy, PERCENT_ROUNDING))) {
      wrong.push(`${told}busy ${busy}, counted ${counted.map((each) => each.busy.join(" to ")).join(", ")}`);
    }
    if (condition === "stuck") wrong.push(told + condition);
    if (Number.isNaN(p50Ms)) continue;
    quantiles++;
    const median = medianMs(worked, readings[last][0], startedMs, apartMs);
    if (!isWithin(p50Ms, median, 0)) wrong.push(`${told}p50 ${p50Ms} ms, counted ${median.join(" to ")} ms`);
  }
  assert.ok(samples >= LEAST_SAMPLES, `${name}: ${samples} samples of ${all.length} are of a whole second`);
  assert.ok(quantiles > 0, `${name} shows no quantile`);
  assert.deepEqual(wrong, [], `${name}: ${wrong.length} figures of ${samples} samples; ${apartMs} ms apart`);
}

pageTest(
  "the page's rates, busy shares, quantiles and words are those that the nodes have noted themselves",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "sluice-truth-" });
    using hold = new Hold("later");
    try {
      const runtime = new Runtime({ mode: "live", stopTimeoutMs: 0 });
      const names = (Object.keys(NODES) as Name[]).filter((name) => SECONDS > 0 || !LONG_ONES.has(name));
      const sourceOf = (name: Name) => `source-${names.indexOf(name)}`;
      const logOf = (name: Name) => `${folder}/${name}`;
      for (const name of names) {
        const { workMs, intervalMs, perTick, everyTicks }: {
          workMs: number;
          intervalMs: number;
          perTick?: number;
          everyTicks?: number;
        } = NODES[name];
        const source = runtime.add(numberedSource({ count: 1e9, intervalMs, perTick: perTick ?? 1 }), {
          id: sourceOf(name),
          lane: "drive",
        });
        const log = logOf(name);
        await Deno.writeFile(log, new Uint8Array());
        const node = runtime.add(working({ workMs, log, ...(everyTicks && { everyTicks }) }), {
          id: name,
          lane: `lane-${name}`,
        });
        runtime.connect(source.outputs.audio, node.inputs.audio, { policy: "drop-newest", capacity: 64 });
      }
      const source = runtime.add(numberedSource({ count: 1e9, intervalMs: 20 }), { id: "source", lane: "drive" });
      const loops = runtime.add(hanging({ atFrame: 1, hold: hold.path }), { id: "loops", lane: "lane-loops" });
      runtime.connect(source.outputs.audio, loops.inputs.audio, { policy: "drop-newest", capacity: 64 });

      const startedMs = nowMs();
      await using served = await serveStarted(runtime);
      await using browser = await openPage();
      const { page } = browser;
      await page.addInitScript(followReadings, STATS_MAGIC);
      await eventually(() => Promise.resolve(assert.ok(readWorked(logOf("changes")).length >= TICKS_BEFORE)));
      await runtime.setConfig(sourceOf("changes"), "intervalMs", 160);
      await runtime.setConfig("changes", "workMs", 3);

      const fromMs = nowMs();
      using beats = new Beats();
      await page.goto(`${served.server.url}/#table`);
      const row = (node: string) => page.locator(`tr[data-node="${node}"]`);
      await row("ms25").locator('[data-figure="rate"]').filter({ hasText: "/s" }).waitFor();
      const seen = await page.evaluateHandle(followTable, SAMPLE_MS);
      hold.begin();
      while (hold.sinceMs === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
      const heldMs = hold.sinceMs;
      await runtime.setConfig(sourceOf("stops"), "intervalMs", 1e9);
      await row("loops").locator('[data-figure="condition"]').filter({ hasText: "stuck" }).waitFor();
      // What `changes` did before leaves the window of the quantiles, and is still most of what it has done.
      const apart = () => APART_MS + LATENESS_FACTOR * beats.lateMs;
      const needsMs = () => Math.max(SECONDS * 1_000, QUANTILES_MS + 2 * LOOK_MS + 2 * apart() + 2 * SAMPLE_MS);
      while (nowMs() - fromMs < needsMs()) await new Promise((resolve) => setTimeout(resolve, BEAT_MS));
      await eventually(async () => {
        assert.ok(toNumber(await row("loops").locator('[data-figure="busy"]').innerText()) >= 95);
      });
      const all: Seen = await seen.jsonValue();
      const table = readTable(all);
      const apartMs = apart();
      // The runtime's clock as that of the nodes: by the reading that was on its way for the shortest time.
      const clockMs = Math.min(...all.readings.map(([madeMs, cameMs]) => cameMs - madeMs));
      const readings = all.readings.map(([madeMs, cameMs]) => [madeMs + clockMs, cameMs] as [number, number]);

      for (const name of names) {
        const worked = readWorked(logOf(name)).filter(({ startMs, endMs }) => endMs !== -startMs);
        compare(name, table[name], worked, readings, { fromMs, startedMs, apartMs, lateMs: all.lateMs });
        // Most of what is shown of one that stops is of the second in which it did.
        if (name !== "stops") compareMeans(name, table[name], worked, readings);
      }
      const named = table.loops.find(({ condition }) => condition === "stuck")!;
      assert.ok(named.atMs > heldMs, "the node is named before it hangs");
      assert.ok(named.atMs - heldMs <= NAMED_WITHIN_MS + apartMs + all.lateMs, `named after ${named.atMs - heldMs} ms`);
      hold.release();
      await eventually(async () => {
        assert.notEqual(await row("loops").locator('[data-figure="condition"]').innerText(), "stuck");
      });
      assert.deepEqual(browser.faults, []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
