/**
 * `deno task test`: sets the checkout up and runs every gate; the last line is `N passed, N failed`, and
 * before it stand what each gate took, the dearest first, and the names of the tests that failed. What each gate printed
 * is in `target/gates`.
 * `deno task ok` runs those that belong before a commit, `deno task ok:deep` also loom, sanitizers and longer tests.
 *
 * @module
 */
import { changedFiles } from "./changed_files.ts";
import { formatElapsed } from "./command.ts";
import { type Gate, runGates } from "./gate_runner.ts";
import { listShares, warnOfTime } from "./gate_shares.ts";
import { buildGates, commitGates, deepGates, lastGates, okGates, releaseGates } from "./gates.ts";
import { setUp, SetUpError } from "./setup.ts";

/** What each form is for, and how long it takes on two cores. */
const FORMS: Readonly<Record<string, string>> = {
  test: "All gates; what each took stands at the end",
  ok: "The gates before a commit: about 3 minutes on two cores",
  deep: "All gates, loom, two sanitizers and longer property tests: two to three hours on two cores",
};

/** The most failed tests that are named at the end. */
const MAX_NAMED_FAILURES = 100;

const form = Deno.args[0] ?? "test";
if (!Object.hasOwn(FORMS, form) || Deno.args.length > 1) {
  console.error(`Cannot run "${Deno.args.join(" ")}": wanted one of ${Object.keys(FORMS).join(", ")}`);
  Deno.exit(2);
}
console.log(FORMS[form]);
const startedMs = performance.now();
const wanted = { regenerate: false, page: true, bundle: true, leaveNative: true };
const { driver, reason, toBuild } = await setUp(wanted).catch((error) => {
  if (!(error instanceof SetUpError)) throw error;
  console.log(`${error.message}\n0 passed, 1 failed`);
  Deno.exit(1);
});
const setUpMs = performance.now() - startedMs;
const cache = await haveOwnCache();
const gates: Gate[] = [
  ...(toBuild === true ? buildGates() : []),
  ...(form === "ok"
    ? okGates(await changedFiles() ?? [])
    : [...commitGates(), ...releaseGates(driver), ...lastGates()]),
  ...(form === "deep" ? deepGates(driver) : []),
];
const total = await runGates(gates, {
  write: (text) => Deno.stdout.writeSync(new TextEncoder().encode(text)),
  skipNative: driver === "native" ? undefined : reason,
  outputs: "target/gates",
});
await Deno.remove(cache, { recursive: true });
const shares = [{ name: "set-up", elapsedMs: setUpMs }, ...total.shares];
for (const line of listShares(shares)) console.log(line);
for (const failure of total.failures.slice(0, MAX_NAMED_FAILURES)) console.log(`Failed: ${failure}`);
const unnamed = total.failures.length - MAX_NAMED_FAILURES;
if (unnamed > 0) console.log(`Failed: ${unnamed} more; the outputs above name them`);
const elapsedMs = performance.now() - startedMs;
const warning = form === "test" ? warnOfTime(elapsedMs, shares) : undefined;
if (warning !== undefined) console.log(warning);
console.log(`Took ${formatElapsed(elapsedMs)}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
Deno.exit(total.failed === 0 ? 0 : 1);

/** Keeps what tests leave in the user's cache out of it; Deno's own stays where it is. @returns the folder of the gates' */
async function haveOwnCache(): Promise<string> {
  const info = new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stderr: "null" });
  const { stdout } = await info.output();
  Deno.env.set("DENO_DIR", JSON.parse(new TextDecoder().decode(stdout)).denoDir);
  const folder = await Deno.makeTempDir({ prefix: "sluice-cache-" });
  Deno.env.set("XDG_CACHE_HOME", folder);
  return folder;
}
