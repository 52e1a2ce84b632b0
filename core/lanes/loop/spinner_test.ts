import { equal } from "node:assert/strict";
import { LANE } from "../../../ffi/layout.gen.ts";
import { controlBytes, ControlPage, LANE_STATE } from "../../control_page.ts";
import { PortableDriver } from "../../driver/portable.ts";
import { Spinner } from "./spinner.ts";

/** A spinner on lane 0 of two, whose clock moves by a microsecond at each check and counts the checks. */
function bench(processors: number, atLook: (look: number, driver: PortableDriver) => void = () => {}) {
  const driver = new PortableDriver();
  const sizes = { lanes: 2, links: 1, nodes: 1 };
  const control = driver.createArena(controlBytes(sizes));
  const page = ControlPage.format(driver.openArena(control), sizes);
  driver.useControl(control);
  const clock = { nowNs: 0 };
  const spinner = new Spinner(page, 0, processors, () => {
    clock.nowNs += 1_000;
    atLook(clock.nowNs / 1_000, driver);
    return clock.nowNs;
  });
  return { driver, page, spinner, clock };
}

Deno.test("Spinner.spin() ends when the lane's inbox has something, or its bell is rung", () => {
  for (
    const call of [(driver: PortableDriver) => driver.signal(0, 5), (driver: PortableDriver) => driver.ringBell(0)]
  ) {
    const { spinner, clock } = bench(2, (look, driver) => {
      if (look === 3) call(driver);
    });
    equal(spinner.spin(Infinity), true);
    equal(clock.nowNs, 3_000);
  }
});

Deno.test("Spinner.spin() gives up within its limit, and soon spins no more but once in a while", () => {
  const { spinner, clock } = bench(2);
  equal(spinner.spin(5_000), false);
  equal(clock.nowNs <= 6_000, true);
  for (let k = 0; k < 5; k++) equal(spinner.spin(Infinity), false);
  const beforeNs = clock.nowNs;
  let spins = 0;
  for (let k = 0; k < 160; k++) {
    const fromNs = clock.nowNs;
    spinner.spin(Infinity);
    if (clock.nowNs > fromNs) spins++;
  }
  equal(spins, 10);
  equal(clock.nowNs - beforeNs < 50_000, true);
});

Deno.test("Spinner.spin() does not spin while more lanes are awake than there are processors", () => {
  const { spinner, page, clock } = bench(1);
  for (const lane of [0, 1]) page.u32[(page.laneOffset(lane) + LANE.state) >> 2] = LANE_STATE.running;
  equal(spinner.spin(Infinity), false);
  equal(clock.nowNs, 0);
});
