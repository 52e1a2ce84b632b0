import assert from "node:assert/strict";
import { parseRegistryText, readEntries, type RegistryEntry, whyLeftOut } from "./registry_entries.ts";

/** The entries of a list, and what is refused of it, with its place. */
function read(key: "packages" | "plugins", list: string) {
  const refused: string[] = [];
  const { root } = parseRegistryText(list);
  const entries = readEntries(
    key,
    root!,
    (at, message, mend) => void refused.push(`${at.offset}: ${message}; ${mend}`),
  );
  return { entries, refused };
}

const entry = (parts: Partial<RegistryEntry> & { from: string; offset: number }): RegistryEntry => ({
  enabled: true,
  requires: [],
  env: [],
  ...parts,
});

Deno.test("readEntries() reads paths, names and objects", () => {
  assert.deepEqual(read("packages", '["./a/sluice.gen.ts", { "from": "@b/c", "enabled": false }]').entries, [
    entry({ from: "./a/sluice.gen.ts", offset: 1 }),
    entry({ from: "@b/c", enabled: false, offset: 22 }),
  ]);
  const text = '[{ "path": "./p", "requires": ["@x/y"], "if": { "platforms": ["linux", "darwin"], "env": "LAB" } }]';
  assert.deepEqual(read("plugins", text), {
    entries: [entry({ from: "./p", requires: ["@x/y"], platforms: ["linux", "darwin"], env: ["LAB"], offset: 1 })],
    refused: [],
  });
});

Deno.test("readEntries() refuses what it does not know, and keeps the rest", () => {
  const wanted = 'wanted a path, or { "path": …, "enabled": …, "requires": […], "if": { … } }';
  for (
    const [list, ...refused] of [
      [
        "3",
        `0: Cannot use "plugins": found a number, wanted a list, each ${wanted.slice(7)}; write "plugins": ["./…"]`,
      ],
      ["[3]", `1: Cannot use a number in "plugins": ${wanted}; give the path of a generated module`],
      ['[""]', `1: Cannot use an empty text in "plugins": ${wanted}; give the path of a generated module`],
      [
        '[{ "enabled": true }]',
        '1: Cannot use an entry of "plugins": "path" is missing, wanted a text that is not empty; add "path": "./…"',
      ],
      [
        '[{ "path": "./p", "enable": true }]',
        '18: Cannot use key "enable" of an entry of "plugins": it is not known; wanted "path", "enabled", "requires" ' +
        'and "if"; write "enabled"',
      ],
      [
        '[{ "path": "./p", "path": "./q" }]',
        '18: Cannot use key "path" of an entry of "plugins": it is there twice; remove one of the two',
      ],
      [
        '[{ "path": "./p", "enabled": "no" }]',
        '29: Cannot use "enabled" of "./p": found "no", wanted true or false; write true or false',
      ],
      [
        '[{ "path": "./p", "requires": [1] }]',
        '31: Cannot use "requires" of "./p": found a number, wanted a text, or a list of texts, none of them empty; ' +
        'write "requires": ["…"]',
      ],
      [
        '[{ "path": "./p", "if": { "platforms": "linx" } }]',
        '39: Cannot use "linx" as a platform of "./p": wanted "linux", "darwin" and "windows"; write "linux"',
      ],
      [
        '[{ "path": "./p", "if": { "platforms": [] } }]',
        '39: Cannot use "platforms" of "./p": the list is empty, wanted some of "linux", "darwin" and "windows"; name ' +
        'one, or set "enabled": false',
      ],
      [
        '[{ "path": "./p", "if": { "env": "A=B" } }]',
        '33: Cannot use "A=B" as a variable of "./p": no name of one has "=" or NUL in it; write its name alone',
      ],
      [
        '[{ "path": "./p", "if": { "env": ["A", "B\\u0000"] } }]',
        '33: Cannot use "B\\u0000" as a variable of "./p": no name of one has "=" or NUL in it; write its name alone',
      ],
      [
        '[{ "path": "./p", "if": { "os": "linux" } }]',
        '26: Cannot use key "os" of "if" of "./p": it is not known; wanted "platforms" and "env"; remove the key',
      ],
    ]
  ) assert.deepEqual(read("plugins", list), { entries: [], refused });
  const { entries, refused } = read("plugins", '[1, "./p"]');
  assert.deepEqual([entries.map(({ from }) => from), refused.length], [["./p"], 1]);
});

Deno.test("whyLeftOut() tells of what is not enabled, for another system, or lacks a variable", () => {
  const why = (parts: Partial<RegistryEntry>, isSet = () => true) =>
    whyLeftOut(entry({ from: "./p", offset: 0, ...parts }), "linux", isSet);
  assert.equal(why({ platforms: ["linux"], env: ["LAB"] }), undefined);
  assert.equal(why({ enabled: false }), "it is not enabled");
  assert.equal(why({ platforms: ["darwin", "windows"] }), "it is for darwin and windows, and this is linux");
  assert.equal(why({ env: ["LAB"] }, () => false), '"LAB" of the environment is not set');
  assert.equal(why({ env: ["LAB", "RIG"] }, () => false), '"LAB" and "RIG" of the environment are not set');
});
