/**
 * A package in a temporary folder, for tests of the generator.
 *
 * @module
 */
import { cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatDiagnostic } from "./diagnostics.ts";
import { generate, type GenerateResult } from "./generate.ts";

const CORE = fileURLToPath(new URL("../core", import.meta.url));
const RUNTIME = join(CORE, "../generated.ts");
const ACCEPTED = fileURLToPath(new URL("./testdata/accepted", import.meta.url));

/** Files of a package, by path; a `sluice.json` is added. */
export interface TempPackage extends AsyncDisposable {
  readonly root: string;
  readonly configPath: string;
  /** Writes a file, at one stroke. */
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** Generates, and gives the first line of each diagnostic. */
  run(): Promise<GenerateResult & { readonly problems: readonly string[] }>;
}

/**
 * Makes a package.
 *
 * @param config keys of its `sluice.json`, beside those that it needs
 */
export async function tempPackage(
  files: { readonly [path: string]: string | Uint8Array },
  config: { readonly [key: string]: unknown } = {},
): Promise<TempPackage> {
  const root = await Deno.realPath(await mkdtemp(join(tmpdir(), "sluice-package-")));
  const write = async (path: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, `${path}.part`), content);
    await rename(join(root, `${path}.part`), join(root, path));
  };
  const given = { include: ["**/*.ts"], name: "@example/temporary", runtime: RUNTIME, ...config };
  await write("sluice.json", JSON.stringify(given));
  for (const [path, content] of Object.entries(files)) await write(path, content);
  const configPath = join(root, "sluice.json");
  return {
    root,
    configPath,
    write,
    run: async () => {
      const result = await generate({ configPath });
      return { ...result, problems: result.diagnostics.map((each) => formatDiagnostic(each).split("\n", 1)[0]) };
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** Copies a package of `testdata/accepted`, at a place from which its relative paths lead to the runtime, too. */
export async function copyAccepted(name: string): Promise<AsyncDisposable & { root: string; configPath: string }> {
  const top = await Deno.realPath(await mkdtemp(join(tmpdir(), "sluice-accepted-")));
  const root = join(top, "codegen/testdata/accepted", name);
  await cp(join(ACCEPTED, name), root, { recursive: true });
  await symlink(CORE, join(top, "core"));
  await symlink(RUNTIME, join(top, "generated.ts"));
  return {
    root,
    configPath: join(root, "sluice.json"),
    [Symbol.asyncDispose]: () => rm(top, { recursive: true, force: true }),
  };
}

/**
 * The source of a processor.
 *
 * @param members what its class has beside a port and `process()`
 * @param around what stands before the class
 */
export function processorSource(name: string, members = "", around = ""): string {
  return `import { config, input, output, processor, type AudioFrame, type DataFrame } from "@sluice/sluice";
import type { F32, FixedArray, StreamInput, StreamOutput, U8 } from "@sluice/sluice";
${around}
/** ${name}. */
@processor()
export class ${name} {
  @input()
  audioIn!: StreamInput<AudioFrame>;
${members}
  process(): void {}
}
`;
}
