/**
 * Tells whether the built page, `web/dist`, was made from what is in the checkout. Imports no npm package, so the
 * set-up may ask before packages are there.
 *
 * @module
 */
import { ROOT } from "./root.ts";

/** Where the build goes, ending with a slash. */
export const PAGE_FOLDER: string = `${ROOT}web/dist/`;

/** In it: the digest of what it was built from. Of no type that is served. */
const DIGEST_FILE = "built_from.sha256";

/** What the page is made from, beside `web/`: it shares the client and its schemas with the server. */
const SHARED: readonly string[] = ["control", "deno.json", "deno.lock", "package.json", "tools/build_web.ts"];

/** A digest of every file that the page is made from: names and contents. */
export async function digestPageSources(root: string = ROOT): Promise<string> {
  const files = [...SHARED.flatMap((path) => listFiles(root, path)), ...listFiles(root, "web")].sort();
  const lines: string[] = [];
  for (const file of files) lines.push(`${await digest(await Deno.readFile(root + file))} ${file}`);
  return await digest(new TextEncoder().encode(lines.join("\n")));
}

/** Whether the page is there and was built from what `root` holds now. */
export async function isPageCurrent(root: string = ROOT, folder: string = PAGE_FOLDER): Promise<boolean> {
  try {
    return await Deno.readTextFile(folder + DIGEST_FILE) === await digestPageSources(root);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Notes what the page was built from; the last step of a build. */
export async function markPageBuilt(sources: string, folder: string = PAGE_FOLDER): Promise<void> {
  await Deno.writeTextFile(folder + DIGEST_FILE, sources);
}

/** The files at or under a path, without tests and the build itself. */
function listFiles(root: string, path: string): string[] {
  if (Deno.statSync(root + path).isFile) return [path];
  return [...Deno.readDirSync(root + path)].flatMap(({ name, isDirectory }) => {
    const inside = `${path}/${name}`;
    if (isDirectory) return inside === "web/dist" ? [] : listFiles(root, inside);
    return /_test\.tsx?$/.test(name) ? [] : [inside];
  });
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
