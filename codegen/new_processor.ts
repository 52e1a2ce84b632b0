/**
 * `sluice new processor NAME`: a class with its test and its page, which run as they are.
 *
 * @module
 */
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { SluiceError } from "../core/errors.ts";
import { parseConfig } from "./config.ts";
import { describePlaced } from "./diagnostics.ts";
import { formatTypeScript } from "./emit/format.ts";
import { identifierOf, typePrefixOf } from "./names.ts";
import { relativeSpecifier } from "./paths.ts";

/** What was made. */
export interface NewProcessor {
  /** Paths relative to the package's root: class, test, page. */
  readonly files: readonly string[];
  /** The registered name. */
  readonly type: string;
}

/** A name: words of lower-case letters and digits, joined by `-`. */
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/**
 * Makes the files of a new processor.
 *
 * @param name the registered name: `noise-gate`
 * @param configPath path of the `sluice.json`; if there is none, one is written
 * @param folder where the class goes, relative to the package's root; by default the first folder that is read
 * @param ours the import specifier of the runtime, for a `sluice.json` that is written
 * @throws {SluiceError} `InvalidConfig` if the name is no name, a file is there already, or the configuration does not read the folder
 */
export async function newProcessor(
  name: string,
  configPath: string,
  folder?: string,
  ours = "@sluice/sluice",
): Promise<NewProcessor> {
  if (!NAME.test(name) || name.length > 64) {
    const mended = name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(
      /^-|-$/g,
      "",
    );
    const hint = NAME.test(mended) ? `; write "${mended}"` : "";
    throw refuse(
      `Cannot name a processor ${
        JSON.stringify(name)
      }: wanted words of lower-case letters and digits, joined by "-"${hint}`,
    );
  }
  const root = dirname(resolve(configPath));
  if (!await exists(configPath)) {
    const config = { include: ["processors/**/*.ts"], name: `@example/${basename(root)}`, runtime: ours };
    await writeFile(configPath, `${JSON.stringify(config, null, 2)}\n`);
  }
  const { config, diagnostics } = parseConfig(configPath, await readFile(configPath, "utf8"));
  if (config === undefined) throw refuse(describePlaced(diagnostics[0]));
  const base = (folder ?? /^(?:\.\/)?([^*?[\]{}()]*\/|)/.exec(config.include[0])?.[1] ?? "").replace(/\/$/, "");
  const stem = name.replaceAll("-", "_");
  const at = (file: string) => base === "" ? file : `${base}/${file}`;
  const paths = { code: at(`${stem}.ts`), test: at(`${stem}_test.ts`), page: `docs/processors/${stem}.md` };
  for (const path of Object.values(paths)) {
    if (await exists(join(root, path))) {
      throw refuse(`Cannot make processor "${name}": "${path}" is there already; choose another name, or remove it`);
    }
  }
  const isLocal = /^\.\.?\//.test(config.runtime);
  // Inside this repository generated code has a door of its own; people have the public ones.
  const local = (module: string) => relativeSpecifier(paths.code, join(dirname(config.runtime), module));
  const runtime = isLocal ? local("../mod.ts") : config.runtime;
  const testing = isLocal ? local("../testing.ts") : `${config.runtime}/testing`;
  const generated = relativeSpecifier(paths.code, config.output);
  const texts = {
    [paths.code]: formatTypeScript(codeText(name, runtime)),
    [paths.test]: formatTypeScript(testText(name, testing, generated)),
    [paths.page]: pageText(name),
  };
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text, { flag: "wx" });
  }
  return { files: Object.values(paths), type: name };
}

function codeText(name: string, runtime: string): string {
  return `/**
 * The \`${name}\` processor.
 *
 * @module
 */
import { type AudioFrame, config, input, output, processor, type StreamInput, type StreamOutput } from ${
    JSON.stringify(runtime)
  };

/**
 * Scales blocks of audio.
 *
 * **Inputs.** \`audioIn\`: audio of any format.
 *
 * **Outputs.** \`audioOut\`: the same, scaled.
 *
 * **Config.** \`factor\`.
 */
@processor()
export class ${typePrefixOf(name)} {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** What samples are multiplied by. @minimum 0 @maximum 10 */
  @config({ live: true })
  factor = 1;

  process(): void {
    let frame: AudioFrame | undefined;
    while ((frame = this.audioIn.read())) {
      const own = frame.writable();
      for (let channel = 0; channel < own.channels; channel++) {
        const samples = own.channel(channel);
        for (let k = 0; k < samples.length; k++) samples[k] *= this.factor;
      }
      this.audioOut.write(own);
    }
  }
}
`;
}

function testText(name: string, testing: string, generated: string): string {
  return `import assert from "node:assert/strict";
import { ProcessorHarness } from ${JSON.stringify(testing)};
import { nodes } from ${JSON.stringify(generated)};

Deno.test("${name} scales blocks", async () => {
  await using harness = await ProcessorHarness.create(nodes.${identifierOf(name)}({ factor: 0.5 }));
  harness.pushAudio("audioIn", { sampleRateHz: 48_000, channels: [new Float32Array([1, -0.5])] });
  await harness.run();
  const [block] = harness.takeAudio("audioOut");
  assert.deepEqual([...block.channels[0]], [0.5, -0.25]);
});
`;
}

function pageText(name: string): string {
  return `# ${name}

Scales blocks of audio.

| port       | direction | carries             |
| ---------- | --------- | ------------------- |
| \`audioIn\`  | input     | audio of any format |
| \`audioOut\` | output    | the same, scaled    |

| key      | meaning                        | default |
| -------- | ------------------------------ | ------- |
| \`factor\` | what samples are multiplied by | 1       |

\`\`\`json
{ "scale": { "type": "${name}", "config": { "factor": 0.5 } } }
\`\`\`
`;
}

function refuse(message: string): SluiceError {
  return new SluiceError("InvalidConfig", message);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
