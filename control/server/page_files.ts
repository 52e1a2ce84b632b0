/**
 * The files of the built page. A name is looked up in the folder's listing and never joined to a path, so that no name
 * leads outside.
 *
 * @module
 */

/** Content types by extension; files of other types are not served. */
const TYPES: { readonly [ending: string]: string } = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  woff2: "font/woff2",
  json: "application/json",
  webmanifest: "application/manifest+json",
};

/** How many bytes of a file the thread reads, compresses and writes in a millisecond. */
const BYTES_PER_MS = 20_000;

/** Least time between two listings of the folder, milliseconds. */
const LIST_MS = 250;

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sluice</title>
<h1>The page was not built</h1><p>In the folder of Sluice, run <code>deno task build:web</code>; then load this again.
The control plane itself works: <a href="/api/graph">/api/graph</a>, <a href="/metrics">/metrics</a>.</p></html>`;

export class PageFiles {
  readonly #folder: URL;
  readonly #took: (ms: number) => void;
  #files: ReadonlyMap<string, URL> = new Map();
  #listing: Promise<ReadonlyMap<string, URL>> | undefined;
  #listedMs = -Infinity;

  /**
   * @param folder ends with a slash
   * @param took is called with the thread time that a file has taken and will take, milliseconds
   */
  constructor(folder: URL, took: (ms: number) => void) {
    this.#folder = folder;
    this.#took = took;
  }

  /**
   * The file of a path such as `/assets/app.js`; `/` is `index.html`.
   *
   * @param known the header `If-None-Match`
   * @returns `undefined` if the file does not exist
   */
  async serve(path: string, known?: string): Promise<Response | undefined> {
    const name = path === "/" ? "/index.html" : path;
    const file = this.#files.get(name) ?? (await this.#list()).get(name);
    if (file === undefined) {
      if (path === "/") return new Response(NOT_BUILT, { status: 503, headers: { "content-type": TYPES.html } });
      return undefined;
    }
    try {
      const ending = file.pathname.split(".").pop()!;
      const headers: Record<string, string> = { "content-type": TYPES[ending] };
      // Names under assets/ carry a hash of their content.
      headers["cache-control"] = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
      const content = await Deno.readFile(file);
      this.#took(content.byteLength / BYTES_PER_MS);
      const tag = new Uint8Array(await crypto.subtle.digest("SHA-256", content)).toHex().slice(0, 32);
      // Weak, since one content is sent with and without compression.
      headers.etag = `W/"${tag}"`;
      headers.vary = "accept-encoding";
      if (known?.includes(`"${tag}"`)) return new Response(null, { status: 304, headers });
      return new Response(content, { headers });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      this.#files = new Map();
      return undefined;
    }
  }

  /** The current files. A build while the server runs is noticed, and a flood of unknown names costs nothing. */
  async #list(): Promise<ReadonlyMap<string, URL>> {
    if (this.#files.size === 0 || performance.now() - this.#listedMs > LIST_MS) {
      this.#listedMs = performance.now();
      this.#listing = list(this.#folder, "/", new Map());
    }
    return this.#files = await this.#listing ?? this.#files;
  }
}

async function list(folder: URL, prefix: string, files: Map<string, URL>): Promise<Map<string, URL>> {
  try {
    for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
      const at = new URL(`${encodeURIComponent(name)}${isDirectory ? "/" : ""}`, folder);
      if (isDirectory) await list(at, `${prefix}${name}/`, files);
      else if (isFile && TYPES[name.split(".").pop()!] !== undefined) files.set(prefix + name, at);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files;
}
