import { command, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { Duration } from "../../../../core/duration.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input()
  audio!: StreamInput<AudioFrame>;

  @command()
  two(args: { seconds: number }, loud: boolean): void {
    void [args, loud];
  }
  @command()
  plain(seconds: number): void {
    void seconds;
  }
  @command()
  open(args: Record<string, number>): void {
    void args;
  }
  @command()
  rest(...args: number[]): void {
    void args;
  }
  @command()
  untyped(args): void {
    void args;
  }
  @command()
  call(args: { then: () => void }): void {
    void args;
  }
  @command()
  timed(args: {
    /** @minimum loud */
    level: number;
  }): void {
    void args;
  }
  @command()
  answers(): Promise<Map<string, number>> {
    return Promise.resolve(new Map());
  }
  @command()
  lasts(): Duration {
    return 1;
  }

  process(): void {}
}
