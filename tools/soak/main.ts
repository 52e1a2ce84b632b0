/**
 * `deno task soak --minutes N`: runs a graph over three lanes under edits, faults and restarts, and looks at the memory,
 * the open files and the threads of the process meanwhile. Ends with 1 if one of them grows, or if counts do not add up
 * in the end.
 *
 * Memory: the least resident size of every {@linkcode STRETCH_SECONDS} seconds after the warm-up, in each of which the
 * garbage of the main isolate is collected once, by a line of least squares. It grows if the slope is {@linkcode MAX_SLOPE} megabytes an hour or more beyond what chance could make of it.
 * A short run can tell little: its margin says how little.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { configureLog } from "../../core/log.ts";
import { randomFrom } from "./random.ts";
import { editAtRandom, soakGraph } from "./graph.ts";
import { floors, median, type Sample, slopeOf } from "./slope.ts";

/** Megabytes an hour. */
const MAX_SLOPE = 1;

/** Share of the time that is not judged, and its bounds, seconds. */
const WARM_UP = { share: 0.35, least: 30, most: 600 };

/** Time between two looks, two edits, and two lines of progress, milliseconds. */
const LOOK_EVERY_MS = 250;
const EDIT_EVERY_MS = 25;
const TELL_EVERY_MS = 30_000;

// Each restart is logged as a warning.
if (Deno.env.get("SLUICE_LOG") === undefined) Deno.env.set("SLUICE_LOG", "error");
configureLog();
const { values } = parseArgs({ options: { minutes: { type: "string", default: "30" }, seed: { type: "string" } } });
const minutes = Number(values.minutes);
if (!(minutes >= 1)) {
  console.error(`Cannot soak for ${JSON.stringify(values.minutes)} minutes: wanted a number from 1 on`);
  Deno.exit(2);
}
/** Time of which the least memory counts: longer than garbage lasts; of a short run, a tenth of it. */
const STRETCH_SECONDS = Math.min(120, 6 * minutes);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const random = randomFrom(seed);
const runtime = soakGraph();
const counts = { edits: 0, refused: 0, restarts: 0, replaced: 0 };
const refusals = new Map<string, number>();
runtime.events.on("node:*", ({ kind }) => void (kind === "restarted" && counts.restarts++));
runtime.events.on("lane:*", ({ kind }) => void (kind === "replaced" && counts.replaced++));
await runtime.start();
const fromMs = performance.now();
const secondsNow = () => (performance.now() - fromMs) / 1_000;
const memory: Sample[] = [];
const files: Sample[] = [];
const threads: Sample[] = [];
const failed = Promise.withResolvers<never>();
failed.promise.catch(() => {});
runtime.finished.catch(failed.reject);
console.log(`soak: ${minutes} minutes, seed ${seed}, ${runtime.driverKind} driver`);
const looking = setInterval(look, LOOK_EVERY_MS);
const telling = setInterval(tell, TELL_EVERY_MS);
const collecting = setInterval(() => (globalThis as { gc?: () => void }).gc?.(), STRETCH_SECONDS * 1_000);
while (secondsNow() < minutes * 60) {
  await Promise.race([failed.promise, edit(), sleep(10_000)]);
  await sleep(EDIT_EVERY_MS);
}
clearInterval(looking);
clearInterval(telling);
clearInterval(collecting);
tell();
const summary = (await runtime.stop())!;
const wrong = [...judge(), ...unaccounted()];
for (const [text, times] of refusals) console.log(`refused ${times} times: ${text}`);
for (const line of wrong) console.log(`soak: ${line}`);
console.log(wrong.length === 0 ? "soak: passed" : "soak: failed");
Deno.exit(wrong.length === 0 ? 0 : 1);

async function edit(): Promise<void> {
  try {
    await editAtRandom(runtime, random);
    counts.edits++;
  } catch (error) {
    counts.refused++;
    const text = `${(error as { code?: string }).code}: ${(error as Error).message.replaceAll(/\d+/g, "N")}`;
    refusals.set(text, (refusals.get(text) ?? 0) + 1);
  }
}

function look(): void {
  const atSeconds = secondsNow();
  memory.push({ atSeconds, value: Deno.memoryUsage().rss / 1e6 });
  files.push({ atSeconds, value: countEntries("/proc/self/fd") });
  threads.push({ atSeconds, value: countThreads() });
}

function tell(): void {
  const [rss, fds, tasks] = [memory, files, threads].map((samples) => samples.at(-1)?.value ?? NaN);
  console.log(
    `${Math.round(secondsNow())} s: ${counts.edits} edits (${counts.refused} refused), ${counts.restarts} restarts, ` +
      `${counts.replaced} lanes replaced; ${rss.toFixed(1)} MB, ${fds} open files, ${tasks} threads`,
  );
}

/** @returns what grows */
function judge(): string[] {
  const total = minutes * 60;
  const from = Math.min(WARM_UP.most, Math.max(WARM_UP.least, total * WARM_UP.share));
  const judged = (samples: readonly Sample[]) => samples.filter(({ atSeconds }) => atSeconds >= from);
  const { perHour, marginPerHour } = slopeOf(floors(judged(memory), STRETCH_SECONDS));
  console.log(
    `memory after ${Math.round(from)} s of warm-up: ${perHour.toFixed(2)} ± ${marginPerHour.toFixed(2)} MB an hour`,
  );
  const found = perHour - marginPerHour >= MAX_SLOPE
    ? [`memory grows by ${perHour.toFixed(2)} ± ${marginPerHour.toFixed(2)} MB an hour, wanted less than ${MAX_SLOPE}`]
    : [];
  for (const [name, samples] of [["open files", judged(files)], ["threads", judged(threads)]] as const) {
    const quarter = samples.length >> 2;
    const first = median(samples.slice(0, quarter).map(({ value }) => value));
    const last = median(samples.slice(-quarter).map(({ value }) => value));
    console.log(`${name}: ${first} in the first quarter, ${last} in the last`);
    if (last > first) found.push(`${name} grow: ${first} in the first quarter, ${last} in the last`);
  }
  return found;
}

/** @returns links and pools whose counts do not add up */
function unaccounted(): string[] {
  const links = summary.links.filter(({ written, read, dropped, queued }) => {
    const gone = dropped.full + dropped.skipped + dropped.unlinked + dropped.laneLost;
    return written !== read + gone + queued || queued < 0;
  });
  const pools = summary.pools.filter(({ slots, free, quarantined }) => free + quarantined !== slots);
  return [
    ...links.map(({ from, to }) => `the counts of the link from "${from}" to "${to}" do not add up`),
    ...pools.map(({ name, slots, free }) => `pool "${name}" has ${free} of ${slots} slots in the end`),
  ];
}

function countEntries(path: string): number {
  try {
    return [...Deno.readDirSync(path)].length;
  } catch {
    // Not Linux.
    return 0;
  }
}

/** Threads of this process, without those that Deno keeps at hand for blocking calls: they come and go. */
function countThreads(): number {
  try {
    const names = [...Deno.readDirSync("/proc/self/task")].map(({ name }) => nameOfThread(name));
    return names.filter((name) => !name.startsWith("tokio-runtime")).length;
  } catch {
    return 0;
  }
}

function nameOfThread(id: string): string {
  try {
    return Deno.readTextFileSync(`/proc/self/task/${id}/comm`);
  } catch {
    // It has ended since.
    return "tokio-runtime";
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
