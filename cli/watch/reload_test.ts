import assert from "node:assert/strict";
import { SluiceError } from "../../core/errors.ts";
import { type Io, TextOutput } from "../output/output.ts";
import { reportReload, reportSlow, reportWarnings, reportWatching, type SlowReload } from "./reload.ts";
import type { Reload, WatchedPackage } from "./reloads.ts";

/** What is printed to both streams. */
function printed(print: (io: Io) => void): { stdout: string; stderr: string } {
  const texts = { stdout: "", stderr: "" };
  const into = (key: keyof typeof texts) =>
    new TextOutput({
      writeSync(bytes: Uint8Array): number {
        texts[key] += new TextDecoder().decode(bytes);
        return bytes.length;
      },
    });
  print({
    stdout: into("stdout"),
    stderr: into("stderr"),
    interactive: false,
    screen: false,
    columns: () => 80,
    rows: () => 24,
  });
  return texts;
}

const GOOD: Reload = {
  changed: ["amp.ts", "odd\x1b.ts"],
  nodes: ["one", "two"],
  anew: { two: "Cannot ask\nit" },
  leftOut: { three: "it has ended" },
  tookMs: 12.4,
};
const BAD: Reload = {
  changed: ["odd\x1b.ts"],
  nodes: [],
  anew: {},
  leftOut: {},
  tookMs: 3,
  error: new SluiceError("Busy", "Cannot do\nthat"),
};
const PACKAGES: readonly WatchedPackage[] = [
  { name: "mine", folder: "/mine", files: 1, tookMs: 5 },
  { name: "theirs", folder: "/theirs", files: 2, tookMs: 6, refused: "a.ts:1:1: no" },
];

Deno.test("reportReload() prints which nodes run the new code, which begin anew, and which stay as they are", () => {
  assert.deepEqual(printed((io) => reportReload(GOOD, false, io)), {
    stdout: "",
    stderr: "Reloaded one, two after a change of amp.ts, odd\\x1b.ts, in 12 ms\n" +
      '"three" stays as it is: it has ended\n' +
      'warning: "two" starts anew, without its state: Cannot ask it\n',
  });
  const { stdout, stderr } = printed((io) => reportReload(GOOD, true, io));
  assert.deepEqual([JSON.parse(stdout), stderr], [{ event: "reloaded", ...GOOD }, ""]);
  assert.equal(
    printed((io) => reportReload({ ...GOOD, nodes: [], anew: {} }, false, io)).stderr,
    "Reloaded no node after a change of amp.ts, odd\\x1b.ts, in 12 ms\n" + '"three" stays as it is: it has ended\n',
  );
});

Deno.test("reportSlow() prints what a reload waits for, and how long at most", () => {
  const slow: SlowReload = { changed: GOOD.changed, nodes: ["one"], waitsFor: 'setup() of "one"', limitMs: 30_000 };
  assert.deepEqual(printed((io) => reportSlow(slow, false, io)), {
    stdout: "",
    stderr: 'Still reloading after a change of amp.ts, odd\\x1b.ts: it waits up to 30 s for setup() of "one"; ' +
      "what is saved meanwhile comes after it\n",
  });
  const { stdout, stderr } = printed((io) => reportSlow(slow, true, io));
  assert.deepEqual([JSON.parse(stdout), stderr], [{ event: "reloading", ...slow }, ""]);
});

Deno.test("reportWarnings() prints each warning of the generator", () => {
  const warnings = ["a.ts:1:1: Odd\x1b; mend it", "b.ts: Odd, too"];
  assert.deepEqual(printed((io) => reportWarnings(warnings, false, io)), {
    stdout: "",
    stderr: "warning: a.ts:1:1: Odd\\x1b; mend it\nwarning: b.ts: Odd, too\n",
  });
  const { stdout, stderr } = printed((io) => reportWarnings(["a"], true, io));
  assert.deepEqual([JSON.parse(stdout), stderr], [{ event: "codegen-warning", message: "a" }, ""]);
});

Deno.test("reportReload() prints in one line why nothing was brought in", () => {
  const line = "Not reloaded after a change of odd\\x1b.ts: Cannot do that; the graph goes on as it was\n";
  assert.deepEqual(printed((io) => reportReload(BAD, false, io)), { stdout: "", stderr: line });
  const { stdout, stderr } = printed((io) => reportReload(BAD, true, io));
  const { event, code, message, changed } = JSON.parse(stdout);
  assert.deepEqual([event, code, message, changed, stderr], [
    "reload-failed",
    "Busy",
    "Cannot do\nthat",
    BAD.changed,
    "",
  ]);
});

Deno.test("reportWatching() prints each package that is watched, and what the generator refuses of it", () => {
  assert.deepEqual(printed((io) => reportWatching(PACKAGES, false, io)), {
    stdout: "",
    stderr: "Watching 1 file of mine in /mine\nWatching 2 files of theirs in /theirs\n" +
      "warning: the generator refuses what is there: a.ts:1:1: no\n",
  });
  const { stdout, stderr } = printed((io) => reportWatching(PACKAGES, true, io));
  assert.deepEqual([JSON.parse(stdout), stderr], [{ event: "watching", packages: PACKAGES }, ""]);
});
