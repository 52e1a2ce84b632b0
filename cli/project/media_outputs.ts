/**
 * Which outputs sources of media have, by what their files hold.
 *
 * @module
 */
import type { FoundOutputs } from "../../core/graph/expression/chosen_ports.ts";

/**
 * Looks into the files that sources name. {@linkcode MediaOutputs.of} answers at once, of files that were looked into
 * before; what it does not know yet, {@linkcode MediaOutputs.look} finds out.
 */
export class MediaOutputs {
  /** What was found, by path; `undefined` for a file that was asked for, and for one that nobody can read. */
  readonly #found = new Map<string, FoundOutputs | undefined>();
  readonly #asked = new Set<string>();

  /** The outputs of a node; `undefined` where its type tells them, or nobody knows. */
  readonly of = (type: string, { path }: { readonly [key: string]: unknown }): FoundOutputs | undefined => {
    if (typeof path !== "string") return undefined;
    if (type === "image-source") {
      return /\.jpe?g$/i.test(path) ? { jpeg: { codec: "jpeg" } } : { video: { pixelFormat: "rgba8" } };
    }
    if (type !== "media-source") return undefined;
    if (!this.#found.has(path)) this.#asked.add(path);
    return this.#found.get(path);
  };

  /** Looks into the files that were asked for. @returns whether there were any */
  async look(): Promise<boolean> {
    const asked = [...this.#asked];
    this.#asked.clear();
    for (const path of asked) this.#found.set(path, await outputsOf(path));
    return asked.length > 0;
  }
}

async function outputsOf(path: string): Promise<FoundOutputs | undefined> {
  const { readMediaOutputs } = await import("../../processors/media/media_outputs.ts");
  try {
    const formats = Object.entries(await readMediaOutputs(path));
    return Object.fromEntries(formats.map(([name, { kind: _, ...gives }]) => [name, gives]));
  } catch {
    // The node says what is wrong with its file, when it opens it.
    return undefined;
  }
}
