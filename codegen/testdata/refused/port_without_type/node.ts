import { input, processor } from "../../../../core/annotations.ts";

@processor()
export class Bad {
  @input()
  audioIn;

  process(): void {}
}
