/**
 * The texts of a new plugin: its source, `plugin.toml`, what builds it, a test, a graph and a page. Lines are short, so
 * that `deno fmt` leaves them alone at both usual widths, 80 and 120.
 *
 * @module
 */
import { C_SOURCE, RUST_SOURCE } from "./new_plugin_sources.ts";

/** What is built from. */
export type PluginLanguage = "c" | "rust";

/** What the texts name. */
export interface PluginTexts {
  /** `hum-filter`. */
  readonly name: string;
  /** The specifier by which the test imports the runtime. */
  readonly runtime: string;
  /** The version of the interface of plugins. */
  readonly requires: string;
  /** What starts the command line. */
  readonly sluice: string;
  /** In C: the text of `sluice_stage.h`. */
  readonly header: string;
  /** In Rust: the path of the crate `sluice-stage`, from the plugin's folder. */
  readonly crate: string;
}

/** The texts by path, in the plugin's folder. */
export function newPluginFiles(language: PluginLanguage, texts: PluginTexts): { readonly [path: string]: string } {
  const stem = stemOf(texts.name);
  const fill = (text: string) =>
    text.replaceAll("%NAME%", texts.name).replaceAll("%STEM%", stem).replaceAll("%WORDS%", wordsOf(texts.name))
      .replaceAll("%TYPE%", typeOf(texts.name)).replaceAll("%RUNTIME%", texts.runtime)
      .replaceAll("%REQUIRES%", texts.requires).replaceAll("%SLUICE%", texts.sluice).replaceAll("%CRATE%", texts.crate);
  const own: { readonly [path: string]: string } = language === "c"
    ? { [`${stem}.c`]: fill(C_SOURCE), "sluice_stage.h": texts.header, Makefile: fill(MAKEFILE) }
    : { "src/lib.rs": fill(RUST_SOURCE), "Cargo.toml": fill(CARGO) };
  return {
    ...own,
    "plugin.toml": fill(MANIFEST),
    [`${stem}_test.ts`]: fill(TEST),
    "graph.json": fill(GRAPH),
    "README.md": fill(README) + fill(language === "c" ? README_C : README_RUST),
    ".gitignore": "/target\n*.so\n*.dylib\n*.dll\n",
  };
}

/** `hum-filter`: `hum_filter`, the name of its library. */
export function stemOf(name: string): string {
  return name.replaceAll("-", "_");
}

/** `hum-filter`: `Hum filter`. */
function wordsOf(name: string): string {
  return name[0].toUpperCase() + name.slice(1).replaceAll("-", " ");
}

/** `hum-filter`: `HumFilter`. */
function typeOf(name: string): string {
  return name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

const MANIFEST = `name = "%NAME%"
version = "0.1.0"
library = "%STEM%"
requires = "%REQUIRES%"
stages = ["com.example.%NAME%"]
`;

const MAKEFILE = `# Builds the library beside plugin.toml.
CC ?= cc
CFLAGS ?= -std=c11 -O2 -Wall -Wextra
LIBRARY = lib%STEM%$(if $(filter Darwin,$(shell uname -s)),.dylib,.so)

$(LIBRARY): $(wildcard *.c) $(wildcard *.h)
	$(CC) $(CFLAGS) -fPIC -shared -fvisibility=hidden $(filter %.c,$^) -o $@ $(LDFLAGS) -lm

.PHONY: clean
clean:
	rm -f $(LIBRARY)
`;

const CARGO = `[package]
name = "%NAME%"
version = "0.1.0"
edition = "2024"
publish = false

[lib]
name = "%STEM%"
crate-type = ["cdylib"]

[dependencies]
sluice-stage = { path = "%CRATE%" }

# A workspace of its own, wherever this folder stands.
[workspace]
`;

const TEST = `import { deepEqual } from "node:assert/strict";
import { appSink, appSource, NodeRegistry, Runtime } from "%RUNTIME%";
import { loadPlugins } from "%RUNTIME%/plugins";

Deno.test("com.example.%NAME% multiplies and clips", async () => {
  const { packages, refused } = await loadPlugins([import.meta.dirname!]);
  deepEqual(refused.map(({ message }) => message), []);
  const registry = new NodeRegistry(packages);
  // Development mode finds what a stage writes outside of its frames.
  const options = { mode: "offline", development: true } as const;
  await using runtime = new Runtime({ ...options, registry });
  const format = { sampleRateHz: 48_000, channels: 1 };
  const source = runtime.add(appSource.audio(format), { id: "source" });
  const config = { factor: 0.5, ceiling: 2 };
  runtime.addByType("com.example.%NAME%", config, { id: "stage" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("source.audio", "stage.audioIn");
  runtime.connectByName("stage.audioOut", "sink.audio");
  await runtime.start();
  await runtime.configure("stage", { ceiling: 1 });
  await source.push({ channels: [Float32Array.of(1, -3)] });
  for await (const block of sink) {
    deepEqual([...block.channel(0)], [0.5, -1]);
    deepEqual(await runtime.command("stage", "reset"), { clipped: 1 });
    source.end();
  }
  const { nodes } = await runtime.finished;
  const stage = nodes.find(({ id }) => id === "stage");
  deepEqual(stage?.figures, { frames: 1, clipped: 0 });
});
`;

const GRAPH = `{
  "version": 1,
  "mode": "offline",
  "nodes": {
    "tone": { "type": "tone-source", "config": { "durationSeconds": 1 } },
    "stage": { "type": "com.example.%NAME%", "config": { "factor": 0.5 } },
    "out": { "type": "wav-sink", "config": { "path": "%STEM%.wav" } }
  },
  "links": [
    { "from": "tone.audio", "to": "stage.audioIn" },
    { "from": "stage.audioOut", "to": "out.audio" }
  ]
}
`;

const README = `# %NAME%

The stage \`com.example.%NAME%\` multiplies audio by a factor, and clips it.

It has two live values, two figures and a command, to copy from.

In this folder:

\`\`\`sh
%SLUICE% plugins build
%SLUICE% plugins check .
deno test -A
%SLUICE% run graph.json --plugins .
\`\`\`

- A stage that you add in the source goes into \`plugin.toml\`, too.
- A process takes up a library once: after a build, start it again.
- \`"plugins": ["…"]\` in a \`sluice.json\` names this folder, or the one above.
- Graphs beside that file need no \`--plugins\`.
- \`run --dev\` finds a stage that writes outside of its frames, as the test does.
- A stage that crashes ends the whole process, and standard error names it. With
  \`"isolate": "process"\` of its node in the graph it ends alone.
- The command \`codegen\` then writes \`nodes\` for its stages, with types.
`;

const README_C = `- Building takes a C compiler, and runs \`make\` where that is there.
- \`sluice_stage.h\` documents the interface, and needs nothing else.
`;

const README_RUST = `- Building takes Rust 1.85 or later.
- \`cargo doc --open -p sluice-stage\` shows what a stage can do.
`;
