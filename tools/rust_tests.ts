/**
 * Which crates have tests of their own.
 *
 * @module
 */
import { ROOT } from "./root.ts";

/** What the text of a Rust file has that `cargo test` runs: a test, or an example in documentation. */
const TESTS = /#\[test\]|\bproptest! \{|^ *\/\/[/!] ```/m;

/**
 * Names the packages of the workspace that have tests. `cargo test` builds whatever a package depends on: for those
 * without tests that would be codecs in C++, built again beside those of the native library, for nothing.
 *
 * @returns names of packages, sorted by their folders
 */
export function listPackagesWithTests(): string[] {
  return listPackages("crates").filter(hasTests).map((folder) => {
    const [, name] = /^name = "(.*)"$/m.exec(Deno.readTextFileSync(`${ROOT}${folder}/Cargo.toml`))!;
    return name;
  });
}

/** The folders of packages in a folder, which lie side by side or in folders of their own. */
function listPackages(folder: string): string[] {
  const folders = foldersIn(folder).sort();
  return folders.flatMap((each) => isFile(`${each}/Cargo.toml`) ? [each] : listPackages(each));
}

function hasTests(folder: string): boolean {
  for (const { isFile, name } of Deno.readDirSync(ROOT + folder)) {
    if (isFile && name.endsWith(".rs") && TESTS.test(Deno.readTextFileSync(`${ROOT}${folder}/${name}`))) return true;
  }
  return foldersIn(folder).some(hasTests);
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
