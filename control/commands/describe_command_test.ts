import { deepEqual, equal } from "node:assert/strict";
import { keepSecrets } from "../../core/errors/redaction.ts";
import type { Command } from "../schemas/commands.ts";
import { describeApply, describeCommand, describeCommands } from "./describe_command.ts";

Deno.test("a command in words has its values, and the choices of its link", () => {
  const told: readonly (readonly [Command, string])[] = [
    [{ op: "set", node: "gain", values: { gainDb: -6 } }, "set gain.gainDb=-6"],
    [{ op: "set", node: "gain", values: { gainDb: -6, mute: true } }, "set gain.gainDb=-6, gain.mute=true"],
    [
      { op: "set", node: "gain", values: { mute: false }, unset: ["gainDb"] },
      "set gain.mute=false, gain.gainDb to its default",
    ],
    [{ op: "set", node: "take", values: { path: "a.wav" } }, 'set take.path="a.wav"'],
    [{ op: "set", node: "take", values: { path: "🎵".repeat(60) } }, `set take.path="${"🎵".repeat(39)}…`],
    [{ op: "connect", from: "a.audio", to: "b.audioIn" }, "connect a.audio to b.audioIn"],
    [
      { op: "connect", from: "a.audio", to: "b.audioIn", policy: "lossless", capacity: 8 },
      "connect a.audio to b.audioIn (lossless, 8 frames)",
    ],
    [
      { op: "connect", from: "a.audio", to: "b.audioIn", capacity: 1, convert: "auto" },
      "connect a.audio to b.audioIn (1 frame, convert auto)",
    ],
  ];
  deepEqual(told.map(([command]) => describeCommand(command)), told.map(([, words]) => words));
});

Deno.test("commands in words are the first three, and those that lead to a document say so", () => {
  const remove = (node: string): Command => ({ op: "remove", node });
  equal(describeCommands([..."abc"].map(remove)), "remove a, remove b, remove c");
  equal(describeCommands([..."abcd"].map(remove)), "remove a, remove b, remove c, …");
  const set: Command = { op: "set", node: "gain", values: { gainDb: -6 } };
  equal(describeApply([set, remove("x")]), "apply a document: set gain.gainDb=-6, remove x");
  equal(describeApply([]), "apply a document: nothing changes");
});

Deno.test("a value from the environment is a reference in words, also where the words are cut", () => {
  keepSecrets([{ value: "whispered-password", reference: "${env:WORD}" }]);
  const url = `rtmp://a-host-with-a-name/whispered-password`;
  equal(
    describeCommand({ op: "set", node: "out", values: { url } }),
    'set out.url="rtmp://a-host-with-a-name/${env:WORD}"',
  );
});
