/**
 * Finds promises that are not awaited, with typescript-eslint's `no-floating-promises`: a rejection of such a promise
 * is swallowed, or ends the process. `deno lint` has no rule with types.
 *
 * `deno run -A tools/lint/floating_promises.ts` checks the whole checkout and ends with 1 if it finds any.
 *
 * @module
 */
import { join } from "node:path";
import { ESLint } from "eslint";
import ts from "typescript";
import tseslint from "typescript-eslint";
import { ROOT } from "../root.ts";
import { listTypeScript } from "../source_files.ts";

/** What Deno gives every program, in the compiler's words. */
const COMPILER_OPTIONS: ts.CompilerOptions = {
  allowImportingTsExtensions: true,
  experimentalDecorators: false,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  noEmit: true,
  resolveJsonModule: true,
  skipLibCheck: true,
  strict: true,
  target: ts.ScriptTarget.ESNext,
  typeRoots: [join(ROOT, "node_modules", "@types")],
  types: ["node"],
};

/** One finding. */
export interface FloatingPromise {
  /** Path relative to the checked root. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly message: string;
}

/**
 * Checks files with type information.
 *
 * @param files paths relative to `root`
 * @param root absolute path, ending with a separator
 * @returns the findings, by file and line
 * @throws {Error} if a file cannot be parsed
 */
export async function findFloatingPromises(
  files: readonly string[],
  root: string = ROOT,
): Promise<FloatingPromise[]> {
  const denoTypes = await writeDenoTypes();
  try {
    const paths = files.map((file) => join(root, file));
    const program = ts.createProgram([...paths, denoTypes], COMPILER_OPTIONS);
    const eslint = new ESLint({
      cwd: root,
      overrideConfigFile: true,
      allowInlineConfig: false,
      overrideConfig: {
        files: ["**/*.ts", "**/*.tsx"],
        languageOptions: { parser: tseslint.parser, parserOptions: { programs: [program] } },
        plugins: { "@typescript-eslint": tseslint.plugin },
        rules: { "@typescript-eslint/no-floating-promises": ["error", { ignoreVoid: true }] },
      },
    } as ESLint.Options);
    const found: FloatingPromise[] = [];
    for (const result of await eslint.lintFiles(paths)) {
      const file = result.filePath.slice(root.length).replaceAll("\\", "/");
      for (const message of result.messages) {
        if (message.fatal) throw new Error(`Cannot check ${file}:${message.line}: ${message.message}`);
        found.push({ file, line: message.line, column: message.column, message: message.message.split("\n")[0] });
      }
    }
    return found;
  } finally {
    await Deno.remove(denoTypes);
  }
}

/** Writes the types of the `Deno` namespace to a temporary file. */
async function writeDenoTypes(): Promise<string> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args: ["types"], stderr: "inherit" }).output();
  if (!success) throw new Error('Cannot check for floating promises: "deno types" failed');
  const path = await Deno.makeTempFile({ prefix: "deno_types_", suffix: ".d.ts" });
  await Deno.writeFile(path, stdout);
  return path;
}

if (import.meta.main) {
  const files = listTypeScript().filter((file) => !file.endsWith(".d.ts"));
  const found = await findFloatingPromises(files);
  for (const { file, line, column, message } of found) console.error(`${file}:${line}:${column}: ${message}`);
  console.error(`${files.length} files, ${found.length} floating promises`);
  if (found.length > 0) Deno.exit(1);
}
