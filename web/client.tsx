/**
 * Where the page begins in the browser.
 *
 * @module
 */
import { render } from "preact";
import Index from "./routes/index.tsx";
import { listenForKeys } from "./state/keys.ts";

listenForKeys();
render(<Index />, document.getElementById("app")!);
