/**
 * The texts of a new plugin: its source, `plugin.toml`, what builds it, a test, a graph and a page. Lines are short, so
 * that `deno fmt` leaves them alone at both usual widths, 80 and 120.
 *
 * @module
 */
import { C_SOURCE, PYTHON_SOURCE, RUST_SOURCE } from "./new_plugin_sources.ts";

/** What its nodes are written in. */
export type PluginLanguage = "c" | "rust" | "python";

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
      .replaceAll("%REQUIRES%", texts.requires).replaceAll("%SLUICE%", texts.sluice).replaceAll("%CRATE%", texts.crate)
      .replaceAll("%IN%", language === "python" ? "audio_in" : "audioIn")
      .replaceAll("%OUT%", language === "python" ? "audio_out" : "audioOut")
      .replaceAll("%BUILD%", language === "python" ? "" : `${texts.sluice} plugins build\n`);
  const own: { readonly [language in PluginLanguage]: { readonly [path: string]: string } } = {
    c: { [`${stem}.c`]: fill(C_SOURCE), "sluice_stage.h": texts.header, Makefile: fill(MAKEFILE) },
    rust: { "src/lib.rs": fill(RUST_SOURCE), "Cargo.toml": fill(CARGO) },
    python: { [`${stem}.py`]: fill(PYTHON_SOURCE) },
  };
  const [ignored, more] = {
    c: ["/target\n*.so\n*.dylib\n*.dll\n", README_BUILT + README_C],
    rust: ["/target\n*.so\n*.dylib\n*.dll\n", README_BUILT + README_RUST],
    python: ["/.venv\n__pycache__/\n", README_PYTHON],
  }[language];
  return {
    ...own[language],
    "plugin.toml": fill(language === "python" ? PYTHON_MANIFEST : MANIFEST),
    [`${stem}_test.ts`]: fill(TEST),
    "graph.json": fill(GRAPH),
    "README.md": fill(README) + fill(more),
    ".gitignore": ignored,
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

const PYTHON_MANIFEST = `name = "%NAME%"
version = "0.1.0"
python = "%STEM%.py"
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
  runtime.connectByName("source.audio", "stage.%IN%");
  runtime.connectByName("stage.%OUT%", "sink.audio");
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
    { "from": "tone.audio", "to": "stage.%IN%" },
    { "from": "stage.%OUT%", "to": "out.audio" }
  ]
}
`;

const README = `# %NAME%

The stage \`com.example.%NAME%\` multiplies audio by a factor, and clips it.

It has two live values, two figures and a command, to copy from.

In this folder:

\`\`\`sh
%BUILD%%SLUICE% plugins check .
deno test -A
%SLUICE% run graph.json --plugins .
\`\`\`

- \`"plugins": ["…"]\` in a \`sluice.json\` names this folder, or the one above.
- Graphs beside that file need no \`--plugins\`.
- The command \`codegen\` then writes \`nodes\` for its stages, with types.
`;

const README_BUILT = `- A stage that you add in the source goes into \`plugin.toml\`, too.
- A process takes up a library once: after a build, start it again.
- \`run --dev\` finds a stage that writes outside of its frames, as the test does.
- A stage that crashes ends the whole process, and standard error names it. With
  \`"isolate": "process"\` of its node in the graph it ends alone.
`;

const README_C = `- Building takes a C compiler, and runs \`make\` where that is there.
- \`sluice_stage.h\` documents the interface, and needs nothing else.
`;

const README_RUST = `- Building takes Rust 1.85 or later.
- \`cargo doc --open -p sluice-stage\` shows what a stage can do.
`;

const README_PYTHON = `- A class with \`@node()\` is a node; one that you add is found.
- \`run --watch\` replaces nodes, with their state, when the file is saved.
- Each node has a process of its own, and ends alone.
- It takes Python 3.10 or later with numpy. \`interpreter = ".venv/bin/python"\` in
  \`plugin.toml\` names another than \`python3\`.
`;
