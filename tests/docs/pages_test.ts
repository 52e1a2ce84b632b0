/** The pages name files, tasks and headings that exist. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const contributing = await Deno.readTextFile(`${ROOT}CONTRIBUTING.md`);

/** All pages that people read, as paths from the root. */
function listPages(folder = ""): string[] {
  const found = ["docs", "docs/adr", "docs/processors", "docs/transports", "examples"].includes(folder) || folder === ""
    ? [...Deno.readDirSync(ROOT + folder)]
    : [];
  return found.flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return listPages(path);
    return name.endsWith(".md") ? [path] : [];
  });
}

/** The anchors that a page's headings have. */
function anchors(text: string): Set<string> {
  const headings = text.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/^#+ (.*)$/gm);
  return new Set([...headings].map(([, heading]) => slug(heading)));
}

function slug(heading: string): string {
  return heading.toLowerCase().replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

Deno.test("links of the pages lead to files and headings that exist", async () => {
  const pages = listPages();
  assert.ok(pages.length > 30, `${pages.length} pages`);
  const wrong: string[] = [];
  let checked = 0;
  for (const page of pages) {
    const text = await Deno.readTextFile(ROOT + page);
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      checked++;
      const [path, anchor] = target.split("#");
      const file = path === "" ? page : join(dirname(page), path);
      if (!exists(ROOT + file)) wrong.push(`${page}: ${target}`);
      else if (anchor !== undefined && !anchors(await Deno.readTextFile(ROOT + file)).has(anchor)) {
        wrong.push(`${page}: ${target} is no heading`);
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(checked > 100, `${checked} links`);
});

Deno.test("CONTRIBUTING.md names files and folders that exist", () => {
  const paths = [...contributing.matchAll(/`([.\w/-]*[\w-]+(?:\/|\/[.\w/-]+|\.(?:ts|rs|md|json|toml)))`/g)]
    .map(([, path]) => path);
  assert.ok(paths.length > 50, `${paths.length} paths`);
  // A bare name such as "utils.ts" stands for a kind of file, and "target/" holds what commands write.
  const named = paths.filter((path) => path.includes("/") && !path.startsWith("target/"));
  assert.deepEqual(named.filter((path) => !exists(ROOT + path)), []);
});

Deno.test("CONTRIBUTING.md and README.md name tasks that exist", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const readme = await Deno.readTextFile(`${ROOT}README.md`);
  const named = (text: string) => [...text.matchAll(/\bdeno(?:@[\d.]+)? task ([a-z][\w:]*)/g)].map(([, task]) => task);
  assert.ok(new Set(named(contributing)).size >= 10);
  const missing = named(contributing).filter((task) => !Object.hasOwn(tasks, task));
  assert.deepEqual(missing, []);
  // In a project of one's own, "dev" and the others come from "deno task new".
  const known = new Set([...Object.keys(tasks), "dev", "start"]);
  assert.deepEqual(named(readme).filter((task) => !known.has(task)), []);
});
