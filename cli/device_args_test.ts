import { deepEqual } from "node:assert/strict";
import { joinDevices } from "./device_args.ts";

Deno.test("joinDevices() joins the devices of sluice record with their values, and with no other option", () => {
  const table: [string, string][] = [
    ["record -o a.mp4 --screen", "record -o a.mp4 --screen="],
    ["record --screen --camera -o a.mp4", "record --screen= --camera= -o a.mp4"],
    ["record --screen :1 --camera /dev/video2", "record --screen=:1 --camera=/dev/video2"],
    ["record --microphone=loop --seconds 2", "record --microphone=loop --seconds 2"],
    ["record --microphone loop --seconds 2", "record --microphone=loop --seconds 2"],
    ["record -- --screen x", "record -- --screen x"],
    ["run --screen x", "run --screen x"],
  ];
  for (const [given, joined] of table) deepEqual(joinDevices(given.split(" ")), joined.split(" "), given);
});
