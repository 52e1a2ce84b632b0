import { command, config, output, processor } from "../../../../core/annotations.ts";
import type { Duration } from "../../../../core/duration.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamOutput } from "../../../../core/ports/stream.ts";

/** A place in a file. */
export interface Place<T = number> {
  /** From the start. @unit ms */
  positionMs: T;
}

/** What all players have. */
export abstract class Deck<T> {
  @output()
  audio!: StreamOutput<AudioFrame>;

  /** Goes to a place. */
  @command()
  seek(place: Place<T>): void {
    void place;
  }

  /** Stops the sound. */
  @command({ name: "hold" })
  pause(): void {}
}

/** Plays files. */
@processor({ mode: "loop" })
export class Player extends Deck<number> {
  @config()
  path = "";

  /**
   * Skips a part,
   * and tells where it is then.
   *
   * @param args how far
   * @returns the place
   */
  @command()
  skip(args: {
    /** How far. @minimum 0 @unit s */
    seconds: number;
    /** How long it fades. @unit ms */
    fade?: Duration;
  }): Place {
    return { positionMs: args.seconds * 1000 };
  }

  @command({ name: "next-file", description: "Begins another file." })
  async next({ path, loop = false }: { path: string; loop?: boolean }): Promise<string | undefined> {
    await Promise.resolve();
    return loop ? path : undefined;
  }

  /** An override keeps the command of the base class. */
  override pause(): void {}

  process(): void {}
}
