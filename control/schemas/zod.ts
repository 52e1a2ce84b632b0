/**
 * zod as every schema of the control plane uses it: without generating code at run time, which a strict content
 * security policy forbids.
 *
 * @module
 */
import { z } from "zod";

z.config({ jitless: true });

export { z };
