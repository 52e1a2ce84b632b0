/**
 * `grpc.health.v1.Health`: what load balancers and supervisors ask.
 *
 * @module
 */
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { type Health, HealthCheckResponse_ServingStatus as Status } from "./health.gen.ts";

/**
 * Makes the service, which serves until the signal of a call aborts.
 *
 * @param services names of the services that there are; the empty name is the whole server
 */
export function healthService(services: readonly string[]): ServiceImpl<typeof Health> {
  const isKnown = (service: string) => service === "" || services.includes(service);
  return {
    check({ service }) {
      if (isKnown(service)) return { status: Status.SERVING };
      throw new ConnectError(`there is no service ${JSON.stringify(service.slice(0, 100))}`, Code.NotFound);
    },
    async *watch({ service }, { signal }) {
      yield { status: isKnown(service) ? Status.SERVING : Status.SERVICE_UNKNOWN };
      const over = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => over.resolve(), { once: true });
      if (!signal.aborted) await over.promise;
    },
  };
}
