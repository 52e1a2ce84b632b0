import * as sluice from "@sluice/sluice";
import type * as values from "./values.ts";

/** Imports whole modules. */
@sluice.processor()
export class Whole {
  @sluice.input()
  data!: sluice.StreamInput<sluice.DataFrame<values.Value>>;
  @sluice.config()
  value!: values.Value;

  process(): void {
    this.data.read();
  }
}
