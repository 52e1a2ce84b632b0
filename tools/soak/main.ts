/**
 * `deno task soak --minutes N`: runs a graph over four lanes under edits, faults and restarts, and looks at the memory,
 * the open files and the threads of the process meanwhile. Ends with 1 if one of them grows, if counts do not add up in
 * the end, if frames came wrong, or if edits were refused for another reason than that a lane was lost.
 *
 * Each time lane c has had a new thread for {@linkcode REST_AGE_MS}, edits rest: what they have added is taken out, all
 * lanes collect their garbage, what is free goes back to the system, and then it is looked at
 *
 * - what is in use on the *heaps* of the lanes that live as long as the run, without what V8 has compiled;
 * - *native*: what native code has allocated;
 * - *resident*: all that the process has, with the arenas of its frames. All threads share one arena of the C library:
 *   with one each, free memory would lie here and there in them.
 *
 * Each is judged by the line of least squares through the middle values of each {@linkcode STRETCH_SECONDS} seconds
 * after the warm-up; how far that may be off is told with it, and falls the longer a run is. Runs of less than
 * {@linkcode JUDGED_MINUTES} minutes have too few of them.
 *
 * Deno keeps no compiled code on the disk: the cache of that in memory changes with what other programs do to it. V8 is
 * told to compile and to collect feedback at once, to keep what it has compiled and to optimise nothing, and in the first
 * part of the warm-up edits follow each other without a pause: what it learns and compiles grows with what has been done,
 * for more than half an hour otherwise.
 * Each of its collections is a whole one: the thread that watches lane `main` has no node that could collect its garbage.
 *
 * @module
 */
import { configureLog } from "../../core/log.ts";
import type { Figures, NodeStats } from "../../core/stats.ts";
import { collected } from "../../tests/fixtures/numbered.ts";
import { editAtRandom, removeGuests, soakGraph } from "./graph.ts";
import { hangFromTimeToTime } from "./hangs.ts";
import { readOptions } from "./options.ts";
import { countFiles, countThreads, giveFreeBack, nativeMb, residentMb } from "./process_figures.ts";
import { randomFrom } from "./random.ts";
import { Series } from "./series.ts";
import { median, middles, slopeOf } from "./slope.ts";

/** Megabytes an hour. */
const MAX_SLOPE = 1;

/** How long a run must be for its memory to be judged. */
const JUDGED_MINUTES = 20;

/** Share of the time that is not judged, its bounds in seconds, and the share of it in which edits come quickly. */
const WARM_UP = { share: 0.35, least: 30, most: 600, quick: 0.85 };

/** How old the thread of lane c is when edits rest, milliseconds: what it has allocated grows with its age. */
const REST_AGE_MS = 3_000;

/** How long lanes may take to collect their garbage, and time between two looks at whether they have, milliseconds. */
const SWEEP_LIMIT_MS = 5_000;
const SWEPT_EVERY_MS = 10;

/** Looks at the memory at one rest, of which the least counts. */
const REST_LOOKS = 50;

/** Time between two looks at open files and threads, two edits, two nodes that hang, and two lines of progress, ms. */
const LOOK_EVERY_MS = 250;
const EDIT_EVERY_MS = { quick: 1, then: 25 };
const HANG_EVERY_MS = 300_000;
const TELL_EVERY_MS = 30_000;

/** How long an edit may take in all: longer than the runtime waits for lanes, milliseconds. */
const EDIT_LIMIT_MS = 30_000;

/** Why an edit may be refused: the lane that it needs has just ended, or a node of it has. */
const RIGHT_CODES = ["LaneCrashed", "NodeFailed", "Busy"];

/** Edits that may be refused, of all. */
const MAX_REFUSED = 0.02;

const { minutes, seed } = readOptions(Deno.args);
const warmUpSeconds = Math.min(WARM_UP.most, Math.max(WARM_UP.least, minutes * 60 * WARM_UP.share));

/** Time of which the middle value counts: a few rests; and how long before the end the last of them may be. */
const STRETCH_SECONDS = 60;
const MAX_UNSEEN_SECONDS = 120;

// Each restart is logged as a warning.
if (Deno.env.get("SLUICE_LOG") === undefined) Deno.env.set("SLUICE_LOG", "error");
configureLog();
const random = randomFrom(seed);
const runtime = soakGraph();
const counts = { edits: 0, refused: 0, restarts: 0, replaced: 0, hangs: 0, rests: 0 };
const refusals = new Map<string, number>();
const wrong: string[] = [];
let replacedAtSeconds = Infinity;
runtime.events.on("node:*", ({ kind }) => void (kind === "restarted" && counts.restarts++));
runtime.events.on("lane:*", ({ kind }) => {
  if (kind !== "replaced") return;
  counts.replaced++;
  replacedAtSeconds = secondsNow();
});
await runtime.start();
const fromMs = performance.now();
const secondsNow = () => (performance.now() - fromMs) / 1_000;
// One look more than there is time for, since timers drift.
const looks = Math.ceil(minutes * 60_000 / LOOK_EVERY_MS) + 1;
const heaps = new Series(looks);
const native = new Series(looks);
const resident = new Series(looks);
const files = new Series(looks);
const threads = new Series(looks);
let failure: Error | undefined;
runtime.finished.then(
  () => failure ??= new Error("the graph came to an end by itself"),
  (error) => failure ??= error,
);
console.log(`soak: ${minutes} minutes, seed ${seed}, ${runtime.driverKind} driver`);
const looking = setInterval(look, LOOK_EVERY_MS);
const telling = setInterval(tell, TELL_EVERY_MS);
const endHanging = hangFromTimeToTime(runtime.driverKind, Math.min(HANG_EVERY_MS, minutes * 20_000), (found) => {
  counts.hangs++;
  if (found !== undefined) wrong.push(found);
});
while (secondsNow() < minutes * 60 && failure === undefined) {
  await edit(() => editAtRandom(runtime, random));
  if (secondsNow() - replacedAtSeconds >= REST_AGE_MS / 1e3) await rest();
  await sleep(secondsNow() < WARM_UP.quick * warmUpSeconds ? EDIT_EVERY_MS.quick : EDIT_EVERY_MS.then);
}
if (failure !== undefined) wrong.push(`after ${Math.round(secondsNow())} s: ${failure.message}`);
for (const timer of [looking, telling]) clearInterval(timer);
endHanging();
tell();
const secondsAtEnd = secondsNow();
await runtime.stop().catch(() => {});
wrong.push(...judgeGrowth(), ...judgeEdits(), ...judgeCounts());
for (const [text, times] of refusals) console.log(`refused ${times} times: ${text}`);
for (const line of wrong) console.log(`soak: ${line}`);
console.log(wrong.length === 0 ? "soak: passed" : "soak: failed");
Deno.exit(wrong.length === 0 ? 0 : 1);

/** @returns whether it was made */
async function edit(make: () => Promise<void>): Promise<boolean> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, EDIT_LIMIT_MS);
  try {
    // A promise of its own for each: one that outlives them all would keep whatever has waited for it.
    const done = make().then(() => true);
    const isMade = await Promise.race([done, late.promise]) === true;
    if (isMade) counts.edits++;
    else failure ??= new Error(`an edit took longer than ${EDIT_LIMIT_MS} ms`);
    return isMade;
  } catch (error) {
    counts.refused++;
    const { code } = error as { code?: string };
    const text = `${code}: ${(error as Error).message.replaceAll(/\d+/g, "N")}`;
    if (!refusals.has(text) && !RIGHT_CODES.includes(code!)) wrong.push(`an edit was refused: ${text}`);
    refusals.set(text, (refusals.get(text) ?? 0) + 1);
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function look(): void {
  const atSeconds = secondsNow();
  files.push(atSeconds, countFiles());
  threads.push(atSeconds, countThreads());
}

/** Looks at the memory, with nothing in it that comes and goes. */
async function rest(): Promise<void> {
  replacedAtSeconds = Infinity;
  if (!await edit(() => removeGuests(runtime))) return;
  const turn = ++counts.rests;
  const isSwept = () => sweepers().every(({ figures }) => figures?.turn === turn);
  // A lane that ends meanwhile refuses, and has not swept: the next rest tells.
  await Promise.allSettled(sweepers().map(({ id }) => runtime.setConfig(id, "turn", turn)));
  for (const untilMs = performance.now() + SWEEP_LIMIT_MS; !isSwept();) {
    if (performance.now() > untilMs) return;
    await sleep(SWEPT_EVERY_MS);
  }
  const atSeconds = secondsNow();
  const lasting = sweepers().filter(({ id }) => id !== "sweeper-c");
  heaps.push(atSeconds, lasting.reduce((sum, { figures }) => sum + dataMb(figures), 0));
  giveFreeBack();
  // What V8 compiles takes memory for a while.
  let [leastNative, leastResident] = [Infinity, Infinity];
  for (let left = REST_LOOKS; left > 0; left--) {
    leastNative = Math.min(leastNative, nativeMb());
    leastResident = Math.min(leastResident, residentMb());
    await sleep(SWEPT_EVERY_MS);
  }
  native.push(atSeconds, leastNative);
  resident.push(atSeconds, leastResident);
}

function tell(): void {
  const [fds, tasks] = [files, threads].map(({ last }) => last);
  const onHeaps = sweepers().map(({ lane, figures }) =>
    `${lane} ${dataMb(figures).toFixed(2)} and ${((figures?.codeBytes ?? 0) / 1e6).toFixed(2)} of code`
  );
  console.log(
    `${Math.round(secondsNow())} s: ${counts.edits} edits (${counts.refused} refused), ${counts.restarts} restarts, ` +
      `${counts.replaced} lanes replaced, ${counts.hangs} hangs elsewhere; MB on heaps: ` +
      `${onHeaps.join(", ")}; ${nativeMb().toFixed(2)} MB native, ${
        residentMb().toFixed(1)
      } MB resident, ${fds} open files, ` +
      `${tasks} threads`,
  );
}

/** @returns what grows */
function judgeGrowth(): string[] {
  const found: string[] = [];
  if (minutes < JUDGED_MINUTES) console.log(`memory is judged in runs of ${JUDGED_MINUTES} minutes and more`);
  else found.push(...judgeMemory());
  for (const [name, series] of [["open files", files], ["threads", threads]] as const) {
    const values = series.since(warmUpSeconds).map(({ value }) => value);
    const quarter = Math.ceil(values.length / 4);
    if (quarter === 0) continue;
    const [first, last] = [median(values.slice(0, quarter)), median(values.slice(-quarter))];
    console.log(`${name}: ${first} in the first quarter, ${last} in the last`);
    if (last > first) found.push(`${name} grow: ${first} in the first quarter, ${last} in the last`);
  }
  return found;
}

function judgeMemory(): string[] {
  const found: string[] = [];
  for (const [name, series] of [["on heaps", heaps], ["native", native], ["resident", resident]] as const) {
    const samples = series.since(warmUpSeconds);
    const stretches = middles(samples, STRETCH_SECONDS);
    const lastSeconds = samples.at(-1)?.atSeconds ?? 0;
    if (stretches.length < 3 || lastSeconds < secondsAtEnd - MAX_UNSEEN_SECONDS) {
      return [
        `memory was looked at ${samples.length} times after the warm-up, and last after ${
          Math.round(lastSeconds)
        } s: ` +
        "lane c was hardly replaced",
      ];
    }
    const slope = slopeOf(stretches);
    const text = `${slope.perHour.toFixed(2)} ± ${slope.marginPerHour.toFixed(2)} MB an hour`;
    console.log(`memory ${name} after ${Math.round(warmUpSeconds)} s of warm-up: ${text}`);
    if (slope.perHour >= MAX_SLOPE) found.push(`memory ${name} grows by ${text}, wanted less than ${MAX_SLOPE}`);
    else if (slope.perHour + slope.marginPerHour >= MAX_SLOPE) console.log("that is not certain: a longer run tells");
  }
  return found;
}

/** @returns what the run did not do, or too often */
function judgeEdits(): string[] {
  const { refused, ...made } = counts;
  const found = Object.entries(made).filter(([, count]) => count === 0);
  const never = found.map(([name]) => `no ${name} in ${minutes} minutes`);
  if (refused <= MAX_REFUSED * made.edits) return never;
  return [...never, `${refused} edits were refused and ${made.edits} made, wanted at most ${MAX_REFUSED * 100} in 100`];
}

/** @returns counts that do not add up, and frames that came wrong */
function judgeCounts(): string[] {
  const { links, pools } = runtime.summary()!;
  const left = links.filter(({ queued }) => queued !== 0)
    .map(({ from, to, queued }) => `the link from "${from}" to "${to}" has ${queued} frames in the end`);
  const lost = pools.filter(({ slots, free, quarantined }) => free + quarantined !== slots)
    .map(({ name, slots, free }) => `pool "${name}" has ${free} of ${slots} slots in the end`);
  const bad = collected.filter(({ corrupt, disordered, unflagged }) => corrupt + disordered + unflagged > 0)
    .map((findings) => `frames came wrong: ${JSON.stringify(findings)}`);
  const received = collected.reduce((sum, each) => sum + each.received, 0);
  console.log(`${collected.length} sinks checked ${received} frames`);
  return [...left, ...lost, ...bad, ...(collected.length === 3 ? [] : ["a sink told nothing"])];
}

/** The nodes that collect garbage, one a lane. */
function sweepers(): readonly NodeStats[] {
  return runtime.stats().nodes.filter(({ id }) => id.startsWith("sweeper-"));
}

/** What is on a lane's heap beside code, by the figures of its sweeper, megabytes. */
function dataMb({ heapBytes = 0, codeBytes = 0 }: Figures = {}): number {
  return (heapBytes - codeBytes) / 1e6;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
