import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { isLoopback } from './kubeconfig.js';

/**
 * The addresses of this machine at which the API server may find the webhook, the likeliest first. Loopback is one only
 * when the API server answers there, and even then it may be a container's port, seen from inside which 127.0.0.1 is
 * something else: so the other addresses follow.
 *
 * @param server the API server's URL.
 * @param interfaces default: those of this machine.
 */
export function webhookHosts(
  server: string,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): string[] {
  const outside = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  return [...new Set([...(isLoopback(server) ? ['127.0.0.1'] : []), ...outside])];
}
