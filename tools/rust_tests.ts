/**
 * Which crates have tests, and which have examples in their documentation.
 *
 * @module
 */
import { ROOT } from "./root.ts";

/** What the text of a Rust file has that `cargo test` runs: tests, and examples in documentation. */
const KINDS = { tests: /#\[test\]/, examples: /^ *\/\/[/!] ```/m } as const;

/**
 * Names the packages of the workspace that have tests, or examples in documentation. `cargo test` builds whatever a
 * package depends on: for those without any that would be codecs in C++, built again beside those of the native library,
 * for nothing.
 *
 * @returns names of packages, sorted by their folders
 */
export function listPackagesWith(kind: keyof typeof KINDS): string[] {
  return listPackages("crates").filter((folder) => has(folder, KINDS[kind])).map((folder) => {
    const [, name] = /^name = "(.*)"$/m.exec(Deno.readTextFileSync(`${ROOT}${folder}/Cargo.toml`))!;
    return name;
  });
}

/** The folders of packages in a folder, which lie side by side or in folders of their own. */
function listPackages(folder: string): string[] {
  const folders = foldersIn(folder).sort();
  return folders.flatMap((each) => isFile(`${each}/Cargo.toml`) ? [each] : listPackages(each));
}

function has(folder: string, text: RegExp): boolean {
  for (const { isFile, name } of Deno.readDirSync(ROOT + folder)) {
    if (isFile && name.endsWith(".rs") && text.test(Deno.readTextFileSync(`${ROOT}${folder}/${name}`))) return true;
  }
  return foldersIn(folder).some((each) => has(each, text));
}

function foldersIn(folder: string): string[] {
  return [...Deno.readDirSync(ROOT + folder)].filter(({ isDirectory }) => isDirectory).map(({ name }) =>
    `${folder}/${name}`
  );
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(ROOT + path).isFile;
  } catch {
    return false;
  }
}
