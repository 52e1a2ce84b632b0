/**
 * Addresses as command lines and messages name them.
 *
 * @module
 */

/** A host and a port: `127.0.0.1:1935`, `[::1]:1935`. */
export function hostPort(hostname: string, port: number): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
