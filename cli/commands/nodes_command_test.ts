import { deepEqual, ok } from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { renderInfo } from "./nodes_command.ts";

Deno.test("renderInfo() shows the figures that a class declares, and none of one that declares none", () => {
  const shown = ({ descriptor }: { readonly descriptor: typeof nodes.gain.descriptor }) =>
    renderInfo({ ...descriptor, language: "TypeScript", package: "mine" });
  deepEqual(shown(nodes.voiceActivity).slice(-2), ["", "Figures: isVoice, levelDb, noiseDb"]);
  ok(!shown(nodes.gain).some((line) => line.startsWith("Figures")));
});
