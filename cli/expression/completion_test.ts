import { deepEqual } from "node:assert/strict";
import { nodePackage } from "../../sluice.gen.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { completeExpression } from "./completion.ts";

const registry = new NodeRegistry([nodePackage]);
const texts = (text: string) => completeExpression(text, registry).map((each) => each.text);

Deno.test("completeExpression() begins a chain with sources, and goes on with nodes that have inputs", () => {
  deepEqual(texts("wav-s"), ["wav-source"]);
  deepEqual(texts("wav-source path=a.wav ! wav-s"), ["wav-source path=a.wav ! wav-sink"]);
  deepEqual([texts("gai"), texts("wav-source !gai")], [[], ["wav-source !gain"]]);
  deepEqual(texts("tone-source ! level-meter; tone-s"), ["tone-source ! level-meter; tone-source"]);
});

Deno.test("completeExpression() gives stages that come with Sluice as it gives processors", () => {
  deepEqual(texts("wav-source ! opus-e"), ["wav-source ! opus-encode"]);
  deepEqual(texts("opus-encode app"), ["opus-encode application="]);
});

Deno.test("completeExpression() gives the keys of a node that have no value yet, and the values of those with a few", () => {
  deepEqual(
    texts("wav-sink path=a.wav "),
    ["format=", "overwrite=", "id=", "lane=", ";"].map((each) => `wav-sink path=a.wav ${each}`),
  );
  deepEqual(texts("wav-sink format=s"), ["s16", "s24", "s32"].map((each) => `wav-sink format=${each}`));
  deepEqual(texts("media-source loop="), ["media-source loop=true", "media-source loop=false"]);
  deepEqual(texts("gain gainDb=3 "), [
    "gain gainDb=3 id=",
    "gain gainDb=3 lane=",
    "gain gainDb=3 !",
    "gain gainDb=3 ;",
  ]);
});

Deno.test("completeExpression() knows the nodes that have an id, and their ports", () => {
  const start = "mixer id=mix ! level-meter; tone-source ! ";
  deepEqual(texts(`${start}mix`), [`${start}mixer`, `${start}mix.`]);
  deepEqual(texts(`${start}mix.a`).slice(0, 2), [`${start}mix.audioIn_0`, `${start}mix.audioIn_1`]);
  deepEqual(texts("mixer id=mix; mix.audioO"), ["mixer id=mix; mix.audioOut"]);
});

Deno.test("completeExpression() gives paths for the keys of paths, and for no others", () => {
  const begun: string[] = [];
  const list = (text: string) =>
    completeExpression(text, registry, (path) => {
      begun.push(path);
      return ["clips/a.wav", "clips/b/"].filter((each) => each.startsWith(path));
    }).map((each) => each.text);
  deepEqual(list("wav-source path=clips/"), ["wav-source path=clips/a.wav", "wav-source path=clips/b/"]);
  deepEqual(list("wav-source path="), ["wav-source path=clips/a.wav", "wav-source path=clips/b/"]);
  deepEqual(list("overlay image=clips/a"), ["overlay image=clips/a.wav"]);
  deepEqual([list("gain gainDb="), list("wav-source nopath=")], [[], []]);
  deepEqual(begun, ["clips/", "", "clips/a"]);
});

Deno.test("completeExpression() is silent within quotes and behind what it does not know", () => {
  for (const text of ['wav-source path="a', "wav-source path=a", "gain levels=[", "nothing-known ga", "gain nope="]) {
    deepEqual(texts(text), [], text);
  }
});

Deno.test("completeExpression() says what words mean, in a line", () => {
  const [{ description }] = completeExpression("wav-sou", registry);
  deepEqual(description, "Reads a WAV file.");
});
