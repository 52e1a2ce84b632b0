import { command, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input()
  audio!: StreamInput<AudioFrame>;

  @command()
  field = () => {};
  @command()
  get read(): number {
    return 1;
  }
  @command()
  #hidden(): void {}
  @command()
  private own(): void {}
  @command()
  static shared(): void {}
  @command()
  *many(): Generator<number> {}
  @command()
  perhaps?(): void {}
  @command()
  some<T extends string>(args: { key: T }): void {
    void args;
  }
  @command()
  flush(): void {}
  @command()
  toString(): string {
    return "";
  }
  @command
  bare(): void {}
  @command({ name: "no name" })
  named(): void {}
  @command({ live: true })
  known(): void {}
  @command()
  @input()
  two(): void {}
  @comand()
  misspelt(): void {}

  process(): void {}
}
