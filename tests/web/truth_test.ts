/**
 * The page's rates, quantiles, busy shares and words beside what nodes of known behaviour have noted themselves, over
 * the same time.
 */
import assert from "node:assert/strict";
import { Runtime } from "../../mod.ts";
import { hanging } from "../fixtures/hanging.ts";
import { Hold } from "../fixtures/hold.ts";
import { numberedSource } from "../fixtures/numbered.ts";
import { nowMs, readWorked, type Worked, working } from "../fixtures/working.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { serveStarted, toNumber } from "./live_graph.ts";

/** How long the page is looked at, seconds; 30 see what comes in leave the window of the quantiles. */
const SECONDS = Number(Deno.env.get("SLUICE_TRUTH_SECONDS") ?? 7);

/** Time over which the page takes its rates, and between two readings, milliseconds. */
const WINDOW_MS = 1_000;
const PERIOD_MS = 100;

/** Time over which it takes its quantiles; they are looked at once a second. */
const QUANTILES_MS = 10_000;
const LOOK_MS = 1_500;

/** By how much a figure may differ, as a share. */
const SHARE = 0.05;

/** What a tick takes beside what it notes, milliseconds: it writes that to a file, on a machine that does other things. */
const NOTING_MS = 0.25;

/** Period of the beats by which lost time is known, milliseconds. */
const BEAT_MS = 20;

/** How soon a node is to be named that does not return, milliseconds. */
const NAMED_WITHIN_MS = 2_500;

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
} as const satisfies Record<string, {
  workMs: number;
  intervalMs: number;
  perTick?: number;
  everyTicks?: number;
}>;

type Name = keyof typeof NODES;

/** What the page shows of a node. */
interface Shown {
  /** When it was painted, as `nowMs()` has it. */
  readonly atMs: number;
  readonly condition: string;
  readonly ticksPerSecond: number;
  readonly busy: number;
  readonly p50Ms: number;
}

/** A time for which a thread had no core: until when, and how long. */
type Stall = readonly [untilMs: number, lostMs: number];

/** What a page has shown, by node: when, and the texts of its figures. */
interface Seen {
  readonly rows: { [node: string]: [atMs: number, ...texts: string[]][] };
  readonly stalls: Stall[];
}

/** Notes in the page what its table shows of each node, whenever that changes. */
function followTable(): Seen {
  const seen: Seen = { rows: {}, stalls: [] };
  let lastMs = NaN;
  const look = () => {
    const atMs = performance.timeOrigin + performance.now();
    if (atMs - lastMs > 40) seen.stalls.push([atMs, atMs - lastMs]);
    lastMs = atMs;
    for (const row of document.querySelectorAll("tr[data-node]")) {
      const text = (figure: string) => row.querySelector(`[data-figure="${figure}"]`)?.textContent ?? "";
      const now = [text("condition"), text("rate"), text("busy"), text("p50")];
      const all = seen.rows[row.getAttribute("data-node")!] ??= [];
      if (all.at(-1)?.slice(1).join() !== now.join()) all.push([atMs, ...now]);
    }
    requestAnimationFrame(look);
  };
  look();
  return seen;
}

/** Notes when this thread, which reads the figures and sends them, has no core. */
function followBeats(): { readonly stalls: Stall[]; readonly timer: ReturnType<typeof setInterval> } {
  const stalls: Stall[] = [];
  let lastMs = nowMs();
  const timer = setInterval(() => {
    const atMs = nowMs();
    if (atMs - lastMs > 2 * BEAT_MS) stalls.push([atMs, atMs - lastMs]);
    lastMs = atMs;
  }, BEAT_MS);
  return { stalls, timer };
}

function lostBetween(stalls: readonly Stall[], fromMs: number, toMs: number): number {
  return stalls.reduce((sum, [untilMs, lostMs]) => sum + (untilMs > fromMs && untilMs - lostMs < toMs ? lostMs : 0), 0);
}

function toMs(text: string): number {
  const factors: Record<string, number> = { ns: 1e-6, "µs": 1e-3, ms: 1, s: 1_000 };
  const unit = /[a-zµ]+$/.exec(text.trim())?.[0] ?? "";
  return toNumber(text) * (factors[unit] ?? NaN);
}

/** Ticks that ended in a window, and how much of it they took. */
function workedIn(worked: readonly Worked[], fromMs: number, toMs: number): { ticks: number; busy: number } {
  const ticks = worked.filter(({ endMs }) => endMs > fromMs && endMs <= toMs).length;
  const inside = worked.map(({ startMs, endMs }) => Math.max(0, Math.min(toMs, endMs) - Math.max(fromMs, startMs)));
  return { ticks, busy: inside.reduce((sum, each) => sum + each, 0) / (toMs - fromMs) };
}

/** Least and most of what a window has that the page may mean: its figures are some periods old, and what was lost. */
function span(
  worked: readonly Worked[],
  atMs: number,
  lostMs: number,
): Record<"ticks" | "busy", readonly [number, number]> {
  const windows: { ticks: number; busy: number }[] = [];
  for (let endMs = atMs - 3 * PERIOD_MS - lostMs; endMs <= atMs; endMs += PERIOD_MS / 4) {
    for (const lengthMs of [WINDOW_MS - PERIOD_MS / 2, WINDOW_MS, WINDOW_MS + PERIOD_MS / 2]) {
      const { ticks, busy } = workedIn(worked, endMs - lengthMs, endMs);
      windows.push({ ticks: ticks * 1_000 / lengthMs, busy });
    }
  }
  const of = (each: "ticks" | "busy") => {
    const values = windows.map((window) => window[each]);
    return [Math.min(...values), Math.max(...values)] as const;
  };
  return { ticks: of("ticks"), busy: of("busy") };
}

function isWithin(value: number, [least, most]: readonly [number, number], leeway: number): boolean {
  return value >= least * (1 - SHARE) - leeway && value <= most * (1 + SHARE) + leeway;
}

/**
 * The middle of what ticks took in the windows that the page may mean.
 *
 * @param followedMs when somebody began to follow the figures, at the earliest and at the latest
 */
function mediansMs(
  worked: readonly Worked[],
  atMs: number,
  followedMs: readonly [number, number],
): readonly [number, number] {
  const medians: number[] = [];
  for (const endMs of [atMs - LOOK_MS, atMs - LOOK_MS / 2, atMs]) {
    for (const lengthMs of [QUANTILES_MS - LOOK_MS, QUANTILES_MS, QUANTILES_MS + LOOK_MS]) {
      for (const firstMs of followedMs) {
        const beginMs = Math.max(endMs - lengthMs, firstMs);
        const took = worked.filter((each) => each.endMs > beginMs && each.endMs <= endMs)
          .map(({ startMs, endMs }) => endMs - startMs).sort((a, b) => a - b);
        if (took.length > 0) medians.push(took[took.length >> 1], took[(took.length - 1) >> 1]);
      }
    }
  }
  return [Math.min(...medians), Math.max(...medians)];
}

/** What the page showed, by node. */
function readTable({ rows }: Seen): { readonly [node: string]: Shown[] } {
  const read = ([atMs, condition, rate, busy, p50]: [number, ...string[]]): Shown => ({
    atMs,
    condition,
    ticksPerSecond: toNumber(rate),
    busy: toNumber(busy) / 100,
    p50Ms: toMs(p50),
  });
  return Object.fromEntries(Object.entries(rows).map(([node, all]) => [node, all.map(read)]));
}

/** Compares all that the page showed of a node with what that has noted. */
function compare(
  name: string,
  all: readonly Shown[],
  worked: readonly Worked[],
  stalls: readonly Stall[],
  followedMs: readonly [number, number],
): void {
  assert.ok(all.length > 1, `${name}: the page showed ${all.length} different rows`);
  const wrong: string[] = [];
  for (const { atMs, condition, ticksPerSecond, busy, p50Ms } of all) {
    const lostMs = lostBetween(stalls, atMs - WINDOW_MS - 5 * PERIOD_MS, atMs);
    const { ticks, busy: share } = span(worked, atMs, lostMs);
    // Rates have three figures, shares are whole per cents.
    if (!isWithin(ticksPerSecond, ticks, 0.1 + ticks[1] * lostMs / WINDOW_MS)) {
      wrong.push(`${ticksPerSecond}/s, counted ${ticks}`);
    }
    if (!isWithin(busy, share, 0.01 + lostMs / WINDOW_MS)) wrong.push(`busy ${busy}, counted ${share}`);
    if (condition === "stuck") wrong.push(condition);
    if (Number.isNaN(p50Ms)) continue;
    const median = mediansMs(worked, atMs, followedMs);
    if (!isWithin(p50Ms, median, NOTING_MS)) wrong.push(`p50 ${p50Ms} ms, counted ${median}`);
  }
  assert.deepEqual(wrong, [], `${name}: ${wrong.length} figures of ${all.length} rows`);
  assert.ok(all.some(({ p50Ms }) => p50Ms > 0), `${name} shows no quantile`);
}

/** Seven seconds show too few rows of slow nodes on a busy machine: `deno task ok:deep` looks for longer. */
const test: typeof pageTest = Deno.env.has("SLUICE_TRUTH_SECONDS") ? pageTest : () => {};

test(
  "the page's rates, busy shares, quantiles and words are those that the nodes have noted themselves",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "sluice-truth-" });
    using hold = new Hold("later");
    try {
      const runtime = new Runtime({ mode: "live", stopTimeoutMs: 0 });
      const names = Object.keys(NODES) as Name[];
      for (const [k, name] of names.entries()) {
        const { workMs, intervalMs, perTick, everyTicks }: {
          workMs: number;
          intervalMs: number;
          perTick?: number;
          count?: number;
          everyTicks?: number;
        } = NODES[name];
        const source = runtime.add(numberedSource({ count: 1e9, intervalMs, perTick: perTick ?? 1 }), {
          id: `source-${k}`,
          lane: "drive",
        });
        const log = `${folder}/${k}`;
        await Deno.writeFile(log, new Uint8Array());
        const node = runtime.add(working({ workMs, log, ...(everyTicks && { everyTicks }) }), {
          id: name,
          lane: `lane-${k}`,
        });
        runtime.connect(source.outputs.audio, node.inputs.audio, { policy: "drop-newest", capacity: 64 });
      }
      const source = runtime.add(numberedSource({ count: 1e9, intervalMs: 20 }), { id: "source", lane: "drive" });
      const loops = runtime.add(hanging({ atFrame: 1, hold: hold.path }), { id: "loops", lane: "lane-loops" });
      runtime.connect(source.outputs.audio, loops.inputs.audio, { policy: "drop-newest", capacity: 64 });

      await using served = await serveStarted(runtime);
      await using browser = await openPage();
      const { page } = browser;
      const openedMs = nowMs();
      await page.goto(`${served.server.url}/#table`);
      await page.locator('tr[data-node="ms25"]').waitFor();
      const seen = await page.evaluateHandle(followTable);
      const beats = followBeats();
      const fromMs = nowMs();
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      hold.begin();
      while (hold.sinceMs === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
      const heldMs = hold.sinceMs;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await runtime.setConfig(`source-${names.indexOf("stops")}`, "intervalMs", 1e9);
      await new Promise((resolve) => setTimeout(resolve, fromMs + SECONDS * 1_000 - nowMs()));
      await new Promise((resolve) => setTimeout(resolve, 2 * PERIOD_MS));
      clearInterval(beats.timer);
      const all = await seen.jsonValue();
      const table = readTable(all);
      const stalls = [...beats.stalls, ...all.stalls];

      for (const [k, name] of names.entries()) {
        const worked = readWorked(`${folder}/${k}`);
        compare(name, table[name].filter(({ atMs }) => atMs > fromMs + 2 * WINDOW_MS), worked, stalls, [
          openedMs,
          fromMs,
        ]);
      }
      const named = table.loops.find(({ condition }) => condition === "stuck");
      assert.ok(
        named !== undefined && named.atMs - heldMs <= NAMED_WITHIN_MS + lostBetween(stalls, heldMs, named.atMs),
        `${named?.atMs! - heldMs} ms`,
      );
      assert.ok(named.atMs > heldMs, "the node is named before it hangs");
      const last = table.loops.at(-1)!;
      assert.ok(last.condition === "stuck" && last.busy >= 0.95, `${last.condition}, busy ${last.busy}`);
      hold.release();
      await eventually(async () => {
        assert.notEqual(await page.locator('tr[data-node="loops"] [data-figure="condition"]').innerText(), "stuck");
      });
      assert.deepEqual(browser.faults, []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
