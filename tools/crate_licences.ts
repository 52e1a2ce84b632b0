/**
 * The licences of the crates whose code is in the native library and its plugins, for those who hand built files on.
 *
 * @module
 */
import { runCommand } from "./command.ts";
import { ROOT } from "./root.ts";

/** What else is in a library: its name with its licence, and where the text is, relative to the checkout. */
const BESIDE: readonly (readonly [name: string, path: string])[] = [
  ["DejaVu Sans Mono (Bitstream Vera)", "crates/plugins/video/font/LICENSE"],
];

/** Files with a licence; those of C and C++ sources lie in a folder beside the crate's. */
const FILES = /^(?:licen[cs]e|copying|notice|unlicense)/i;
const FOLDERS = ["", "upstream/"];

/**
 * The name, version, licence and licence texts of each crate.
 *
 * @returns one text a crate, in the order of their names; none without cargo, or where it has never built the library
 */
export async function collectCrateLicences(): Promise<string[]> {
  // Only what the build has loaded is there; the tree asks for no more.
  const args = ["tree", "--workspace", "--edges=normal,no-proc-macro", "--locked", "--offline", "--prefix=none"];
  const { code, output } = await runCommand({ program: "cargo", args: [...args, "--format={p}|{l}|{r}"] });
  if (code !== 0) return [];
  const sources = await findSources();
  const seen = new Map<string, string>();
  // A crate that several need stands there again, with a mark.
  const lines = output.split("\n").map((line) => line.replace(/ \(\*\)$/, ""));
  const crates = [...new Set(lines.filter((line) => /^\S+ v[^(]+\|/.test(line)))].sort();
  const texts = await Promise.all(crates.map(async (crate) => {
    const [, name, version, licence, repository] = /^(\S+) v([^ |]+)[^|]*\|([^|]*)\|(.*)$/.exec(crate)!;
    const folder = sources.map((source) => `${source}/${name}-${version}`).find(isFolder);
    return {
      title: `${name} ${version} (${licence})`,
      repository,
      bodies: await readTexts(folder),
    };
  }));
  const listed = texts.map(({ title, repository, bodies }) =>
    [title, ...bodies.map((body) => tellOnce(seen, title, body)), ...bodies.length > 0 ? [] : [repository]].join("\n\n")
  );
  const beside = await Promise.all(BESIDE.map(async ([title, path]) => `${title}\n\n${await readText(ROOT + path)}`));
  return [...listed, ...beside];
}

/** A text; where another crate has the same one, which that is. */
function tellOnce(seen: Map<string, string>, title: string, body: string): string {
  const key = body.replace(/\s+/g, " ");
  const first = seen.get(key);
  if (first === undefined) seen.set(key, title);
  return first === undefined || body.length < 500 ? body : `A text that is word for word that of ${first}.`;
}

/** The folders in which cargo keeps the sources of crates. */
async function findSources(): Promise<string[]> {
  const home = Deno.env.get("CARGO_HOME") ?? `${Deno.env.get("HOME") ?? ""}/.cargo`;
  const folder = `${home}/registry/src`;
  if (!isFolder(folder)) return [];
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => `${folder}/${name}`).sort();
}

async function readTexts(folder: string | undefined): Promise<string[]> {
  if (folder === undefined) return [];
  const texts: string[] = [];
  for (const part of FOLDERS.filter((part) => isFolder(`${folder}/${part}`))) {
    const files = (await Array.fromAsync(Deno.readDir(`${folder}/${part}`))).filter(({ name, isFile }) =>
      isFile && FILES.test(name)
    );
    for (const { name } of files.sort((a, b) => a.name < b.name ? -1 : 1)) {
      texts.push(await readText(`${folder}/${part}${name}`));
    }
  }
  return texts;
}

async function readText(path: string): Promise<string> {
  return (await Deno.readTextFile(path)).trim();
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
