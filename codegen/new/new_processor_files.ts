/**
 * The texts of a new processor: its class, its test and its page. Lines are short, so that `deno fmt` leaves them alone
 * at both usual widths, 80 and 120.
 *
 * @module
 */
import { dirname, join } from "node:path";
import type { GeneratorConfig } from "../config.ts";
import { identifierOf, keyOf, typePrefixOf } from "../names.ts";
import { relativeSpecifier } from "../paths.ts";

/** Paths relative to the package's root. */
export interface NewProcessorPaths {
  readonly code: string;
  readonly test: string;
  readonly page: string;
}

/** The texts by path. */
export function newProcessorFiles(
  name: string,
  { runtime, output }: GeneratorConfig,
  paths: NewProcessorPaths,
): { readonly [path: string]: string } {
  // Generated code inside Sluice's repository has its own module to import; people have the public ones.
  const local = (module: string) => relativeSpecifier(paths.code, join(dirname(runtime), module));
  const isLocal = /^\.\.?\//.test(runtime);
  const testing = isLocal ? local("testing.ts") : `${runtime}/testing`;
  return {
    [paths.code]: codeText(name, isLocal ? local("mod.ts") : runtime),
    [paths.test]: testText(name, testing, relativeSpecifier(paths.code, output)),
    [paths.page]: pageText(name),
  };
}

function codeText(name: string, runtime: string): string {
  return `/**
 * The \`${name}\` processor.
 *
 * @module
 */
import {
  type AudioFrame,
  config,
  input,
  output,
  processor,
  type StreamInput,
  type StreamOutput,
} from ${JSON.stringify(runtime)};

/**
 * ${wordsOf(name)}: scales blocks of audio.
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
  const node = nodes.${keyOf(identifierOf(name))}({ factor: 0.5 });
  await using harness = await ProcessorHarness.create(node);
  const channels = [new Float32Array([1, -0.5])];
  harness.pushAudio("audioIn", { sampleRateHz: 48_000, channels });
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
{
  "${name}": {
    "type": "${name}",
    "config": { "factor": 0.5 }
  }
}
\`\`\`
`;
}

/** A name as a person writes it: `Noise gate`. */
function wordsOf(name: string): string {
  return name[0].toUpperCase() + name.slice(1).replaceAll("-", " ");
}
