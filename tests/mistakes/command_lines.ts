/**
 * Mistakes on the command line.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fails, listAll } from "./captured.ts";
import { freePort } from "../cli/command_line.ts";
import { family, type Row } from "./told.ts";

/** A graph in which nothing is wrong; the arguments name it as `GRAPH`. */
const GRAPH = JSON.stringify({
  version: 1,
  nodes: { tone: { type: "tone-source", config: { durationSeconds: 0.01 } }, gain: { type: "gain" } },
  links: [{ from: "tone.audio", to: "gain.audioIn" }],
});

const rows: readonly Row<string>[] = [
  {
    mistake: "run without a graph",
    given: "run",
    says: ["`GRAPH.json`", "Expected a `GRAPH.json`, or `-e` with a graph in one line", "see `sluice run --help`"],
  },
  {
    mistake: "a command that is misspelt",
    given: "rum GRAPH",
    says: ["`rum`", "Cannot use `rum`: there is no such command or argument here", "did you mean `run`?"],
  },
  {
    mistake: "a command of another tool",
    given: "launch GRAPH",
    says: ["`launch`", "Cannot use `launch`: there is no such command or argument here", "see `--help`"],
  },
  {
    mistake: "the graph without a command",
    given: "GRAPH",
    says: [
      "`FOLDER/graph.json`",
      "Cannot use `FOLDER/graph.json`: there is no such command or argument here",
      "did you mean `run FOLDER/graph.json`?",
    ],
  },
  {
    mistake: "a graph that is not there",
    given: "run FOLDER/grpah.json",
    says: [
      '"FOLDER/grpah.json"',
      'Cannot read graph "FOLDER/grpah.json": there is no such file',
      'did you mean "FOLDER/graph.json"?',
    ],
  },
  {
    mistake: "a folder for a graph",
    given: "run FOLDER",
    says: ['"FOLDER"', 'Cannot read graph "FOLDER": it is a directory', "name a graph file in it"],
  },
  {
    mistake: "two graphs",
    given: "run GRAPH GRAPH",
    says: [
      "`FOLDER/graph.json`",
      "Cannot use `FOLDER/graph.json`: there is no such command or argument here",
      "see `--help`",
    ],
  },
  {
    mistake: "an option that is misspelt",
    given: "run GRAPH --secnds 3",
    says: ["`--secnds`", "Cannot use `--secnds`: there is no such option here", "did you mean `--seconds`?"],
  },
  {
    mistake: "an option of one dash",
    given: "run GRAPH -seconds 3",
    says: ["`-seconds`", "Cannot use `-seconds`: there is no such option here", "did you mean `--seconds`?"],
  },
  {
    mistake: "an option that does not exist",
    given: "run GRAPH --verbose",
    says: ["`--verbose`", "Cannot use `--verbose`: there is no such option here", "see `--help`"],
  },
  {
    mistake: "--seconds without a number",
    given: "run GRAPH --seconds",
    says: ["`--seconds`", "`--seconds` requires `N`", "see `sluice run --help`"],
  },
  {
    mistake: "--seconds with a unit",
    given: "run GRAPH --seconds 3s",
    says: ["`--seconds`", '`--seconds`: Expected a valid number, but got "3s"', "see `sluice run --help`"],
  },
  {
    mistake: "--seconds below zero",
    given: "run GRAPH --seconds=-1",
    says: [
      "`--seconds`",
      '`--seconds`: Expected a value greater than or equal to 0, but got "-1"',
      "see `sluice run --help`",
    ],
  },
  {
    mistake: "--mode with a mode that does not exist",
    given: "run GRAPH --mode realtime",
    says: ["`--mode`", "`--mode`: ", 'Expected one of "live" and "offline", but got "realtime".'],
  },
  {
    mistake: "--native as a switch",
    given: "run GRAPH --native",
    says: ["`--native`", "`--native` requires `WHEN`", "see `sluice run --help`"],
  },
  {
    mistake: "--native with true",
    given: "run GRAPH --native true",
    says: ["`--native`", "`--native`: ", 'Expected one of "auto", "require", and "off", but got "true".'],
  },
  {
    mistake: "--set without a value",
    given: "run GRAPH --set gain.gainDb",
    says: ['"gain.gainDb"', 'Cannot read the setting "gain.gainDb"', "wanted node.key=value, as in gain.gainDb=-6"],
  },
  {
    mistake: "--set without a node",
    given: "run GRAPH --set gainDb=3",
    says: ['"gainDb=3"', 'Cannot read the setting "gainDb=3"', "wanted node.key=value, as in gain.gainDb=-6"],
  },
  {
    mistake: "--set of a node that does not exist",
    given: "run GRAPH --set gian.gainDb=3",
    says: [
      "--set",
      'Cannot apply --set gian.gainDb=3: the graph has no node "gian" ',
      '(did you mean "gain"?); nodes: "tone" and "gain"',
    ],
  },
  {
    mistake: "--set of a key that does not exist",
    given: "run GRAPH --set gain.gain=3",
    says: [
      "--set",
      '--set gain.gain=3: Cannot configure node "gain" (gain): unknown key "gain" ',
      '(did you mean "gainDb"?)',
    ],
  },
  {
    mistake: "--set of a word for a number",
    given: "run GRAPH --set gain.gainDb=loud",
    says: [
      "--set",
      '--set gain.gainDb=loud: Cannot configure node "gain" (gain): "gainDb" is "loud"',
      "wanted a number from -120 to 24 dB",
    ],
  },
  {
    mistake: "--set of a number with a unit",
    given: "run GRAPH --set gain.gainDb=3dB",
    says: [
      "--set",
      '--set gain.gainDb=3dB: Cannot configure node "gain" (gain): "gainDb" is "3dB"',
      "wanted a number from -120 to 24 dB",
    ],
  },
  {
    mistake: "--set of a number beyond its range",
    given: "run GRAPH --set gain.gainDb=1000",
    says: [
      "--set",
      '--set gain.gainDb=1000: Cannot configure node "gain" (gain): "gainDb" is 1000',
      "wanted a number from -120 to 24 dB",
    ],
  },
  {
    mistake: "--set with a colon",
    given: "run GRAPH --set gain:gainDb=3",
    says: ['"gain:gainDb=3"', 'Cannot read the setting "gain:gainDb=3"', "wanted node.key=value, as in gain.gainDb=-6"],
  },
  {
    mistake: "--serve with a word",
    given: "run GRAPH --serve=page",
    says: [
      "`--serve`",
      '`--serve`: Cannot serve on "page"',
      'wanted a port such as "4840", or an address with one such as "0.0.0.0:4840".',
    ],
  },
  {
    mistake: "--serve with a port beyond all",
    given: "run GRAPH --serve=70000",
    says: ["Cannot serve on port 70000", "Cannot serve on port 70000", "wanted 1 to 65535"],
  },
  {
    mistake: "--packages with a file that is not there",
    given: "run GRAPH --packages FOLDER/nodes.gen.ts",
    says: [
      '"file://FOLDER/nodes.gen.ts"',
      'Cannot load node types from "file://FOLDER/nodes.gen.ts": the file does not exist',
      'run "deno task codegen" (or "sluice codegen") to make it',
    ],
  },
  {
    mistake: "--packages with the graph",
    given: "run GRAPH --packages GRAPH",
    says: [
      '"file://FOLDER/graph.json"',
      'Cannot load node types from "file://FOLDER/graph.json": it is not a module',
      'name a "sluice.gen.ts", or run "deno task codegen" (or "sluice codegen") to make it',
    ],
  },
  {
    mistake: "check without a graph",
    given: "check",
    says: ["`GRAPH.json`", "Expected a `GRAPH.json`, or `-e` with a graph in one line", "see `sluice check --help`"],
  },
  {
    mistake: "check of a graph that is not there",
    given: "check FOLDER/missing.json",
    says: [
      '"FOLDER/missing.json"',
      'Cannot read graph "FOLDER/missing.json": there is no such file',
      "paths start at the current directory",
    ],
  },
  {
    mistake: "check with an option of run",
    given: "check GRAPH --seconds 3",
    says: ["`--seconds`", "Cannot use `--seconds`: there is no such option here", "it belongs to `run`"],
  },
  {
    mistake: "a format to draw in that does not exist",
    given: "graph GRAPH --format svg",
    says: ["`--format`", "`--format`: ", 'Expected one of "dot", "mermaid", and "json", but got "svg".'],
  },
  {
    mistake: "a drawing into a folder that is not there",
    given: "graph GRAPH -o FOLDER/none/graph.dot",
    says: [
      '"FOLDER/none/graph.dot"',
      'Cannot write "FOLDER/none/graph.dot": there is no such folder',
      "choose another file with --output",
    ],
  },
  {
    mistake: "nodes without what to do",
    given: "nodes",
    says: ["`nodes list`", "`nodes list`", "Wanted `nodes list` or `nodes info`."],
  },
  {
    mistake: "nodes with a word that it does not know",
    given: "nodes show gain",
    says: ["`show`", "Cannot use `show`: there is no such command or argument here", "see `--help`"],
  },
  {
    mistake: "info of no node type",
    given: "nodes info",
    says: ["`TYPE`", "Expected a `TYPE`, but too few arguments", "see `sluice nodes info --help`"],
  },
  {
    mistake: "info of a node type that does not exist",
    given: "nodes info gian",
    says: [
      '"gian"',
      'Cannot find node type "gian" ',
      '(did you mean "gain"?)',
    ],
  },
  {
    mistake: "new without the thing to make",
    given: "new",
    says: ["`new processor NAME`", "`new project`", "Wanted `new project` or `new processor NAME`."],
  },
  {
    mistake: "new of a thing that does not exist",
    given: "new node hum-filter",
    says: ["`node`", "Cannot use `node`: there is no such command or argument here", "see `--help`"],
  },
  {
    mistake: "new processor without a name",
    given: "new processor",
    says: ["`NAME`", "Expected a `NAME`, but too few arguments", "see `sluice new processor --help`"],
  },
  {
    mistake: "new processor with the name of a class",
    given: "new processor HumFilter --config FOLDER/sluice.json",
    says: [
      '"HumFilter"',
      'Cannot name a processor "HumFilter"',
      'wanted words of lower-case letters and digits, joined by "-"; write "hum-filter"',
    ],
  },
  {
    mistake: "new processor with a space in its name",
    given: "new processor noise+gate --config FOLDER/sluice.json",
    says: [
      '"noise gate"',
      'Cannot name a processor "noise gate"',
      'wanted words of lower-case letters and digits, joined by "-"; write "noise-gate"',
    ],
  },
  {
    mistake: "new processor with a name that is taken",
    given: "new processor gain --config FOLDER/sluice.json",
    says: [
      '"gain"',
      'Cannot make processor "gain": the name is taken by "Gain" of @sluice/sluice (processors/audio/gain.ts:',
      'choose another, such as "my-gain"',
    ],
  },
  {
    mistake: "top of a port where nobody listens",
    given: "top --at http://127.0.0.1:PORT",
    says: ["http://127.0.0.1:", "nobody listens there", '"sluice run --serve" prints the address of one'],
  },
  {
    mistake: "top of what is no address",
    given: "top --at localhost",
    says: [
      '"sluice run --serve"',
      "Cannot reach a graph at http://localhost/: nobody listens there",
      '"sluice run --serve" prints the address of one',
    ],
  },
];

/** Each is run in this process; `+` stands for a space in an argument. */
export const commandLines = family("command lines", rows, async (given) => {
  const folder = Deno.makeTempDirSync({ prefix: "sluice-mistake-" });
  try {
    Deno.writeTextFileSync(`${folder}/graph.json`, GRAPH);
    const args = given.split(" ").map((each) =>
      each.replaceAll("+", " ").replaceAll("GRAPH", "FOLDER/graph.json").replaceAll("FOLDER", folder).replace(
        "PORT",
        `${freePort()}`,
      )
    );
    const text = await fails(args);
    assert.deepEqual(listAll(folder), ["graph.json"]);
    return text.replaceAll(folder, "FOLDER").replaceAll(/\s+/g, " ");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
