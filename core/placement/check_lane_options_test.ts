import { throws } from "node:assert/strict";
import { checkLaneOptions } from "./check_lane_options.ts";

Deno.test("checkLaneOptions() shows of processors that cannot be what is wrong, and no more than some", () => {
  const wanted = "wanted a list of different processor numbers from 0 to 1023";
  const refused = (cpus: unknown, found: string) =>
    throws(() => checkLaneOptions("a", { cpus: cpus as number[] }), {
      code: "InvalidConfig",
      message: `Cannot use lane "a": cpus is ${found}, ${wanted}`,
    });
  refused([0, 0], "[0,0]");
  refused([NaN, -0, Infinity, "1"], '[NaN,-0,Infinity,"1"]');
  refused(Array(2), "[undefined,undefined]");
  refused(Array.from({ length: 5_000 }, (_, k) => k), "[0,1,2,3,4,5,6,7,…], 5000 in all");
  refused("0", '"0"');
});
