import { deepEqual, equal, match, ok } from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { nodes as commanded } from "../../tests/fixtures/generated/sluice.gen.ts";
import { renderInfo, renderList } from "./nodes_command.ts";
import { renderPlugin } from "./plugins_command.ts";

Deno.test("renderInfo() shows the figures that a class declares, and none of one that declares none", () => {
  const shown = ({ descriptor }: { readonly descriptor: typeof nodes.gain.descriptor }) =>
    renderInfo({ ...descriptor, language: "TypeScript", package: "mine" });
  deepEqual(shown(nodes.voiceActivity).slice(-2), ["", "Figures: isVoice, levelDb, noiseDb, notFinite"]);
  ok(!shown(nodes.gain).some((line) => line.startsWith("Figures")));
});

Deno.test("renderInfo() shows the commands of a class, with their arguments and answers", () => {
  const { descriptor } = commanded.prompt;
  const lines = renderInfo({ ...descriptor, language: "TypeScript", package: "mine" });
  const from = lines.indexOf("Commands");
  match(lines[from + 2], /^ {2}add +Adds to the total\.$/);
  const at = lines.indexOf("Arguments of add");
  deepEqual(lines.slice(at + 2, at + 4).map((line) => line.trim().split(/  +/)), [
    ["by", "a whole number from 1 to 100", "How much."],
    ["why?", "a string of at most 5 characters", "Why."],
  ]);
  ok(lines.includes("Answer of add") && !lines.includes("Arguments of hang"));
});

Deno.test("what a plugin says of its stages reaches the terminal without control characters", () => {
  const bad = "\x1b[2Jgone\x07";
  const told = {
    ...nodes.gain.descriptor,
    description: bad,
    doc: bad,
    figures: [bad],
    commands: { reset: { description: bad } },
  };
  const listed = { ...told, language: "native", package: bad } as const;
  const node = { ...nodes.gain, descriptor: told };
  const manifest = { name: bad, version: bad, library: "a", enabled: true };
  const plugin = { folder: "/a", from: "--plugins", manifest, nodes: [node], problems: [{ file: "/a", message: bad }] };
  for (const lines of [renderInfo(listed), renderList([listed], [bad]), renderPlugin(plugin)]) {
    const text = lines.join("\n");
    match(text, /\\x1b\[2Jgone\\x07/);
    // deno-lint-ignore no-control-regex -- those are looked for
    equal(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(text), false);
  }
});

Deno.test("renderPlugin() shows the figures and commands of stages", () => {
  const node = {
    ...nodes.gain,
    descriptor: { ...nodes.gain.descriptor, figures: ["frames"], commands: { reset: { description: "0" } } },
  };
  const manifest = { name: "a", version: "1", library: "a", enabled: true };
  const lines = renderPlugin({ folder: "/a", from: "--plugins", manifest, nodes: [node], problems: [] });
  deepEqual(lines.slice(-2), ["  figures: frames", "  command reset: 0"]);
});
