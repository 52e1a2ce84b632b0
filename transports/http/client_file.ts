/**
 * The client as one file, which the bundle of the command brings along, for pages.
 *
 * @module
 */
import { HttpFault } from "./faults.ts";

/** Its name in the bundle. */
export const CLIENT_FILE = "page_client.js";

/** Reads the file. @throws {HttpFault} 404 where there is no bundle */
export async function readClient(): Promise<Response> {
  const url = new URL(`../../dist/${CLIENT_FILE}`, import.meta.url);
  const file = await fetch(url).catch(() => undefined);
  if (file?.ok === true) {
    return new Response(file.body, { headers: { "content-type": "text/javascript", "cache-control": "no-cache" } });
  }
  const message = `Cannot answer: "${CLIENT_FILE}" cannot be read beside the server; make it by "deno task bundle", ` +
    "and let the server read it";
  throw new HttpFault(404, "InvalidMessage", message);
}
