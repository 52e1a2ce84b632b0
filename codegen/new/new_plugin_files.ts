/**
 * The texts of a new plugin: its source, `plugin.toml`, what builds it, a test, a graph and a page. Lines are short, so
 * that `deno fmt` leaves them alone at both usual widths, 80 and 120.
 *
 * @module
 */

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

const C_SOURCE = `/*
 * com.example.%NAME%: multiplies audio by a factor. sluice_stage.h documents
 * every function and every field.
 */
#include <stdlib.h>

#include "sluice_stage.h"

/* What the host offers; all stages use the same. */
static const SluiceHost *host;

/* What one node has. */
typedef struct {
  double factor;
} Node;

static int32_t create(SluiceContext *context, void **instance) {
  Node *node = malloc(sizeof *node);
  if (node == NULL) return SLUICE_FAULT;
  if (host->number(context, "factor", &node->factor) != SLUICE_OK) {
    free(node);
    return SLUICE_FAULT;
  }
  *instance = node;
  return SLUICE_OK;
}

/* One tick: takes every frame that has come, and hands it on. */
static int32_t process(void *instance, SluiceContext *context) {
  const Node *node = instance;
  uint32_t frame;
  while ((frame = host->read(context, 0)) != 0) {
    SluiceFrameInfo info = {.size = sizeof info};
    SluicePlane plane = {.size = sizeof plane};
    /* Others may read the frame: this is the frame itself, or a copy. */
    frame = host->writable(context, frame);
    if (frame == 0 || host->info(context, frame, &info) != SLUICE_OK) {
      return SLUICE_FAULT;
    }
    for (uint32_t channel = 0; channel < info.planes; channel++) {
      float *samples = host->plane_mut(context, frame, channel, &plane);
      if (samples == NULL) return SLUICE_FAULT;
      for (uint32_t k = 0; k < plane.count; k++) {
        samples[k] *= (float)node->factor;
      }
    }
    if (host->write(context, 0, frame) != SLUICE_OK) return SLUICE_FAULT;
  }
  return SLUICE_OK;
}

/* A value with "x-live" was changed while the stage runs. */
static int32_t control(void *instance, SluiceContext *context,
                       const char *key) {
  Node *node = instance;
  return host->number(context, key, &node->factor) == SLUICE_OK
             ? SLUICE_OK
             : SLUICE_FAULT;
}

static int32_t destroy(void *instance) {
  free(instance);
  return SLUICE_OK;
}

static const SluicePort inputs[] = {{
    .name = "audioIn",
    .doc = "Audio of any format.",
    .kind = SLUICE_AUDIO,
}};

static const SluicePort outputs[] = {{
    .name = "audioOut",
    .doc = "The same, multiplied.",
    .kind = SLUICE_AUDIO,
}};

/* JSON Schema: an object with "properties". */
static const char config_schema[] =
    "{\\"properties\\": {\\"factor\\": {"
    "\\"type\\": \\"number\\", \\"minimum\\": 0, \\"maximum\\": 10,"
    "\\"default\\": 1, \\"x-live\\": true,"
    "\\"description\\": \\"What samples are multiplied by.\\"}}}";

static const SluiceStage stages[] = {{
    .id = "com.example.%NAME%",
    .name = "%WORDS%",
    .version = "0.1.0",
    .doc = "Multiplies audio by a factor.",
    .config_schema = config_schema,
    .inputs = inputs,
    .input_count = 1,
    .outputs = outputs,
    .output_count = 1,
    .mode = SLUICE_PUSH,
    .create = create,
    .process = process,
    .control = control,
    .destroy = destroy,
}};

static const SluicePlugin plugin = {
    .abi_version = SLUICE_ABI_VERSION,
    .size = sizeof(SluicePlugin),
    .stage_size = sizeof(SluiceStage),
    .port_size = sizeof(SluicePort),
    .stages = stages,
    .stage_count = 1,
};

const SluicePlugin *sluice_register_stages(const SluiceHost *table) {
  host = table;
  return &plugin;
}
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

const RUST_SOURCE = `//! \`com.example.%NAME%\`: multiplies audio by a factor.

use std::ffi::CStr;

use sluice_stage::{Context, Next, Port, Stage};

/// What one node has.
struct %TYPE% {
    factor: f32,
}

impl Stage for %TYPE% {
    const ID: &'static CStr = c"com.example.%NAME%";
    const NAME: &'static CStr = c"%WORDS%";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Multiplies audio by a factor.";
    /// JSON Schema: an object with "properties".
    const CONFIG: Option<&'static CStr> = Some(
        c"{\\"properties\\": {\\"factor\\": {
            \\"type\\": \\"number\\", \\"minimum\\": 0, \\"maximum\\": 10,
            \\"default\\": 1, \\"x-live\\": true,
            \\"description\\": \\"What samples are multiplied by.\\"}}}",
    );
    const INPUTS: &'static [Port] = &[Port::audio(c"audioIn", c"Audio of any format.")];
    const OUTPUTS: &'static [Port] = &[Port::audio(c"audioOut", c"The same, multiplied.")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let factor = read_factor(context);
        Ok(Self { factor })
    }

    /// One tick: takes every frame that has come, and hands it on.
    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        while let Some(frame) = context.read(0) {
            // Others may read the frame: this is the frame itself, or a copy.
            let own = context.writable(frame).ok_or("no slot is free")?;
            let channels = context.info(own).map_or(0, |info| info.planes);
            for channel in 0..channels {
                let samples = context.samples_mut(own, channel);
                for sample in samples.ok_or("no samples")? {
                    *sample *= self.factor;
                }
            }
            context.write(0, own)?;
        }
        Ok(Next::WhenFramesCome)
    }

    /// A value with "x-live" was changed while the stage runs.
    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        self.factor = read_factor(context);
        Ok(())
    }
}

fn read_factor(context: &Context) -> f32 {
    context.number(c"factor").unwrap_or(1.0) as f32
}

sluice_stage::export_stages!(%TYPE%);
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

Deno.test("com.example.%NAME% multiplies audio", async () => {
  const { packages, refused } = await loadPlugins([import.meta.dirname!]);
  deepEqual(refused.map(({ message }) => message), []);
  const registry = new NodeRegistry(packages);
  await using runtime = new Runtime({ mode: "offline", registry });
  const format = { sampleRateHz: 48_000, channels: 1 };
  const source = runtime.add(appSource.audio(format), { id: "source" });
  runtime.addByType("com.example.%NAME%", { factor: 0.5 }, { id: "stage" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("source.audio", "stage.audioIn");
  runtime.connectByName("stage.audioOut", "sink.audio");
  await runtime.start();
  await source.push({ channels: [Float32Array.of(1, -3)] });
  source.end();
  const heard: number[] = [];
  for await (const block of sink) heard.push(...block.channel(0));
  await runtime.finished;
  deepEqual(heard, [0.5, -1.5]);
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

The stage \`com.example.%NAME%\` multiplies audio by a factor.

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
- The command \`codegen\` then writes \`nodes\` for its stages, with types.
`;

const README_C = `- Building takes a C compiler, and runs \`make\` where that is there.
- \`sluice_stage.h\` documents the interface, and needs nothing else.
`;

const README_RUST = `- Building takes Rust 1.85 or later.
`;
