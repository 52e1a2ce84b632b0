/**
 * Reads the files of an HLS stream, over HTTP or from a folder, each whole and no larger than it may be.
 *
 * @module
 */
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { SluiceError } from "../../core/errors.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { openError } from "../file/file_errors.ts";
import { joined } from "../media/joined.ts";
import { HttpBody } from "../network/http_body.ts";
import { assertNet, NetworkFault, shownUrl } from "../network/network_fault.ts";
import type { Part } from "./hls_playlist.ts";

/** How long nothing may come of a file, seconds. */
const SILENCE_SECONDS = 5;
/** How long a file may take, seconds. */
const WHOLE_SECONDS = 30;

/** How a server is asked. */
export interface ReaderOptions {
  readonly headers: { readonly [name: string]: string };
  /** How long it may take to answer. */
  readonly timeoutSeconds: number;
}

/** A file that was read. */
export interface ReadFile {
  readonly bytes: Uint8Array;
  /** Where it lies, which what it names is relative to. */
  readonly url: URL;
}

/** Where a stream is read from. */
export class HlsReader {
  /** The first playlist. */
  readonly root: URL;
  readonly #options: ReaderOptions;
  readonly #context: Pick<ProcessorContext, "nowNs" | "signal">;

  /**
   * @param place an address of http or https, or a path
   * @throws {NetworkFault} `AccessDenied` if the process may not use the network for it; {SluiceError} `InvalidConfig` for an
   * address with a name or a password
   */
  constructor(
    place: string,
    options: ReaderOptions,
    context: Pick<ProcessorContext, "nowNs" | "signal">,
  ) {
    this.root = /^https?:\/\//.test(place) ? new URL(place) : pathToFileURL(place);
    this.#options = options;
    this.#context = context;
    const { protocol, hostname, port, username, password } = this.root;
    if (protocol === "file:") return;
    const attempt = `Cannot get ${shownUrl(this.root)}`;
    if (username !== "" || password !== "") {
      const message = `${attempt}: it has a name or a password in it; put them into "headers", as Authorization`;
      throw new SluiceError("InvalidConfig", message, { key: "url" });
    }
    assertNet(attempt, `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`);
  }

  /**
   * Reads a file, or a part of it.
   *
   * @param base what its address is relative to
   * @param mostBytes how large it may be
   * @throws {NetworkFault} why there is none; {SluiceError} `InvalidConfig` for a file that cannot be opened, and
   * `InvalidMedia` for one that is too large, or where no stream may name files
   */
  async read({ uri, range }: Part, base: URL, mostBytes: number): Promise<ReadFile> {
    const url = URL.canParse(uri, base.href) ? new URL(uri, base.href) : undefined;
    const isHttp = this.root.protocol !== "file:";
    if (url === undefined || /^https?:$/.test(url.protocol) !== isHttp || (!isHttp && url.protocol !== "file:")) {
      const wanted = isHttp ? "an address of http" : "a file beside it";
      throw this.#refused(this.root, `it names ${JSON.stringify(uri.slice(0, 100))}, wanted ${wanted}`);
    }
    if (range !== undefined && range.length > mostBytes) throw this.#tooLarge(url, mostBytes);
    const bytes = isHttp ? await this.#get(url, mostBytes, range) : this.#open(url, mostBytes, range);
    return { bytes: bytes.bytes, url: bytes.url };
  }

  async #get(url: URL, mostBytes: number, range: Part["range"]): Promise<ReadFile> {
    const endNs = this.#context.nowNs() + WHOLE_SECONDS * 1e9;
    await using body = await HttpBody.open(url, {
      headers: url.origin === this.root.origin ? this.#options.headers : {},
      timeoutSeconds: this.#options.timeoutSeconds,
      silenceSeconds: SILENCE_SECONDS,
      signal: this.#context.signal,
      ...(range && { range }),
    });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (let chunk = await body.next(); chunk !== undefined; chunk = await body.next()) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > mostBytes) throw this.#tooLarge(url, mostBytes);
      if (this.#context.nowNs() > endNs) {
        const reason = `it has not come whole within ${WHOLE_SECONDS} s; look after the network`;
        throw new NetworkFault(`Cannot read ${shownUrl(url)}`, reason, { code: "Timeout" });
      }
    }
    return { bytes: joined(chunks), url: body.url };
  }

  /** Files of a stream lie in the folder of its first playlist, or below. */
  #open(url: URL, mostBytes: number, range: Part["range"]): ReadFile {
    const path = fileURLToPath(url);
    try {
      const folder = `${Deno.realPathSync(dirname(fileURLToPath(this.root)))}/`;
      if (!Deno.realPathSync(path).startsWith(folder)) {
        throw this.#refused(this.root, `it names ${JSON.stringify(path)}, wanted a file in its folder`);
      }
      using file = Deno.openSync(path);
      const start = range?.start ?? 0;
      const length = Math.min(range?.length ?? Infinity, Math.max(0, file.statSync().size - start));
      if (length > mostBytes) throw this.#tooLarge(url, mostBytes);
      const bytes = new Uint8Array(length);
      file.seekSync(start, Deno.SeekMode.Start);
      let got = 0;
      for (let more = 1; got < length && more > 0; got += more) more = file.readSync(bytes.subarray(got)) ?? 0;
      return { bytes: bytes.subarray(0, got), url };
    } catch (error) {
      throw error instanceof SluiceError ? error : openError("read", path, error, { key: "path" });
    }
  }

  #tooLarge(url: URL, mostBytes: number): SluiceError {
    return this.#refused(url, `it is larger than ${mostBytes / 2 ** 20} MiB`);
  }

  #refused(url: URL, reason: string): SluiceError {
    return new SluiceError("InvalidMedia", `Cannot read ${shownUrl(url)}: ${reason}`);
  }
}
