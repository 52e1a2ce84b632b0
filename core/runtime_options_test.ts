import { throws } from "node:assert/strict";
import { Runtime } from "./runtime.ts";
import type { RuntimeOptions } from "./runtime_options.ts";

for (
  const [what, options, message] of [
    ["no object", 3, "Cannot make a runtime: its options are a number, wanted an object"],
    [
      "supervision",
      { supervision: "stop" },
      'Cannot make a runtime: "supervision" is "stop", wanted "fail", "disable" or { "restart": { … } }',
    ],
    [
      "a misspelt key",
      { moode: "live" },
      /^Cannot make a runtime: there is no option "moode" \(did you mean "mode"\?\); options: "mode", "native", /,
    ],
    ["a misspelt mode", { mode: "ofline" }, 'Cannot make a runtime: "mode" is "ofline", wanted "live" or "offline"'],
    [
      "a misspelt choice of driver",
      { native: "requird" },
      'Cannot make a runtime: "native" is "requird", wanted "auto" or "require" or "off"',
    ],
    ["a signal that is none", { signal: {} }, 'Cannot make a runtime: "signal" is an object, wanted an AbortSignal'],
    [
      "a time that no timer counts",
      { stopTimeoutMs: 1e10 },
      'Cannot make a runtime: "stopTimeoutMs" is 10000000000, wanted milliseconds from 0 to 2147483647',
    ],
    ["a time that is none", { setupTimeoutMs: NaN }, /"setupTimeoutMs" is NaN, wanted milliseconds/],
    ["a time below 0", { stuckAfterMs: -1 }, /"stuckAfterMs" is -1, wanted milliseconds/],
    ["a list of pools", { pools: [] }, 'Cannot make a runtime: "pools" is a list, wanted an object by name'],
    [
      "a misspelt size of a pool",
      { pools: { audio: { slotz: 3 } } },
      'Cannot make a runtime with pool "audio": there is no option "slotz" (did you mean "slots"?); options: ' +
      '"slotBytes" and "slots"',
    ],
    [
      "half a slot",
      { pools: { audio: { slots: 1.5 } } },
      'Cannot make a runtime: "slots" of pool "audio" is 1.5, wanted a whole number from 1 to 1048576',
    ],
    [
      "a pool whose name is none",
      { pools: { "a.b": { slots: 300 } } },
      /^Cannot use "a\.b" as the name of a pool: wanted 1 to 64 letters/,
    ],
    [
      "more bytes than a graph file may name",
      { pools: { audio: { slotBytes: 2 ** 30 + 1, slots: 3 } } },
      /"slotBytes" of pool "audio" is 1073741825, wanted a whole number from 1 to 1073741824/,
    ],
    ["slots that are a text", { pools: { audio: { slots: "5" } } }, /"slots" of pool "audio" is "5", wanted a whole/],
    ["no bytes", { pools: { audio: { slotBytes: 0 } } }, /"slotBytes" of pool "audio" is 0, wanted a whole number/],
    ["a lane that is null", { lanes: { n: null } }, 'Cannot make a runtime: lane "n" is null, wanted an object'],
  ] as const
) {
  Deno.test(`new Runtime() refuses ${what}`, () => {
    throws(() => new Runtime(options as unknown as RuntimeOptions), { code: "InvalidConfig", message });
  });
}
