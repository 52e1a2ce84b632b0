/**
 * `-` for FILE and OUTPUT: standard input and standard output.
 *
 * Containers are read at any place. So standard input that is no file is copied to one first; raw pictures, which are too
 * many for that, are read as they come.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { STANDARD } from "../../processors/file/standard_output.ts";
import { type MediaInfo, readStreamInfo } from "../../processors/media/media_info.ts";
import { peekStandardInput, standardInput } from "../../processors/media/standard_input.ts";
import { Y4M_LINE_BYTES, Y4M_MAGIC } from "../../processors/media/y4m.ts";
import { EXIT } from "../output/failure.ts";

/** Where the system has standard input; on Linux it opens the file that this comes from. */
export const INPUT_FILE = "/dev/stdin";

/** A file that a command reads. */
export class InputFile implements AsyncDisposable {
  /** Where it is; `-` for raw pictures of standard input. */
  readonly path: string;
  /** What is known of standard input that is not kept. */
  readonly info: MediaInfo | undefined;
  readonly #folder: string | undefined;

  private constructor(path: string, info?: MediaInfo, folder?: string) {
    this.path = path;
    this.info = info;
    this.#folder = folder;
  }

  /**
   * Takes a path, or all of standard input for `-`.
   *
   * @param keepsRaw raw pictures are copied, too
   * @throws {SluiceError} `InvalidConfig` where standard input is a terminal; `InvalidMedia` for faulty raw pictures
   */
  static async open(path: string, { keepsRaw }: { readonly keepsRaw: boolean }): Promise<InputFile> {
    if (path !== STANDARD) return new InputFile(path);
    if (Deno.stdin.isTerminal()) {
      throw new SluiceError(
        "InvalidConfig",
        "Cannot read standard input: it is a terminal; send a file or what a program writes, as in `… - < FILE`",
        { key: "FILE" },
      );
    }
    if (Deno.build.os === "linux" && Deno.statSync(INPUT_FILE).isFile) return new InputFile(INPUT_FILE);
    if (!keepsRaw) {
      const info = readStreamInfo(STANDARD, await peekStandardInput(tellsPictures));
      if (info !== undefined) return new InputFile(STANDARD, info);
    }
    return await InputFile.#copy();
  }

  /** Removes what was copied. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#folder !== undefined) await Deno.remove(this.#folder, { recursive: true });
  }

  static async #copy(): Promise<InputFile> {
    const folder = await Deno.makeTempDir({ prefix: "sluice-" });
    const kept = `${folder}/standard-input`;
    const leave = () => {
      Deno.removeSync(folder, { recursive: true });
      Deno.exit(EXIT.interrupted);
    };
    Deno.addSignalListener("SIGINT", leave);
    try {
      await Deno.writeFile(kept, standardInput());
      return new InputFile(kept, undefined, folder);
    } catch (cause) {
      await Deno.remove(folder, { recursive: true });
      const reason = cause instanceof Error ? cause.message : String(cause);
      const mend = "name a folder with more room in TMPDIR, or a file in place of -";
      throw new SluiceError("NodeFailed", `Cannot copy standard input to ${kept}: ${reason}; ${mend}`, { cause });
    } finally {
      Deno.removeSignalListener("SIGINT", leave);
    }
  }
}

/** Whether the first bytes of a stream tell what pictures it has, or that it has another format. */
function tellsPictures(bytes: Uint8Array): boolean {
  const begun = new TextDecoder("latin1").decode(bytes.subarray(0, Y4M_MAGIC.length));
  if (!Y4M_MAGIC.startsWith(begun)) return true;
  return bytes.length > Y4M_LINE_BYTES || bytes.includes(10);
}
