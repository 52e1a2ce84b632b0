import { config, processor } from "../../../../core/annotations.ts";

@processor()
export class Bad {
  @config()
  size = 1;

  process(): void {}
}
