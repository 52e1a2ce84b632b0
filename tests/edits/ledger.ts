/** Reads the ledger that the nodes of `fixtures/edited.ts` keep. */

/** Blocks that a sink missed, or had out of order. */
export interface Gap {
  readonly sink: number;
  readonly kind: "missing" | "disorder" | "corrupt";
  /** Whether the block after it said that some are missing. */
  readonly flagged: boolean;
  readonly line: string;
}

export class Ledger {
  readonly path: string;
  /** By token: how often nodes were set up less how often they were torn down. */
  readonly lives = new Map<number, number>();
  /** Nodes that were set up, and torn down, and those torn down twice. */
  opened = 0;
  closed = 0;
  readonly twice: number[] = [];
  /** How often the time between two blocks was less than 2^k microseconds. */
  readonly buckets: number[] = [];
  readonly #file: Deno.FsFile;
  readonly #buffer = new Uint8Array(1 << 16);
  #rest = "";

  constructor(path: string) {
    this.path = path;
    this.#file = Deno.openSync(path, { read: true });
  }

  /** Reads what came since the last time. @returns the gaps in it */
  read(): Gap[] {
    const gaps: Gap[] = [];
    const decoder = new TextDecoder();
    for (let count = this.#file.readSync(this.#buffer); count !== null; count = this.#file.readSync(this.#buffer)) {
      const lines = (this.#rest + decoder.decode(this.#buffer.subarray(0, count))).split("\n");
      this.#rest = lines.pop()!;
      for (const line of lines) this.#take(line, gaps);
    }
    return gaps;
  }

  close(): void {
    this.#file.close();
  }

  #take(line: string, gaps: Gap[]): void {
    const [letter, ...words] = line.split(" ");
    const [token, ...figures] = words.map(Number);
    const lives = this.lives.get(token) ?? 0;
    if (letter === "s") {
      this.opened++;
      this.lives.set(token, lives + 1);
    } else if (letter === "t") {
      this.closed++;
      this.lives.set(token, lives - 1);
    } else if (letter === "d") this.twice.push(token);
    else if (letter === "h") {
      for (const [k, count] of figures.entries()) this.buckets[k] = (this.buckets[k] ?? 0) + count;
    } else if (letter === "g") gaps.push({ sink: token, kind: "missing", flagged: figures[3] === 1, line });
    else gaps.push({ sink: token, kind: figures[2] < 0 ? "corrupt" : "disorder", flagged: false, line });
  }
}
