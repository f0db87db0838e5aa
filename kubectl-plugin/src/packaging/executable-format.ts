import type { Platform } from './platforms.js';

/** What Node looks for in itself, and what postject writes there when it has put an application in. */
export const SENTINEL_FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
/** The name under which the application lies in the executable. */
export const RESOURCE = 'NODE_SEA_BLOB';

/** The machine that an executable is for, from the header of ELF or PE; undefined when it is neither. */
export function formatOf(bytes: Buffer): Pick<Platform, 'os' | 'arch'> | undefined {
  if (bytes.length >= 20 && bytes.readUInt32BE(0) === 0x7f454c46) {
    // e_machine (System V ABI, "ELF Header").
    const arch = ({ 0x3e: 'amd64', 0xb7: 'arm64' } as const)[bytes.readUInt16LE(18)];
    return arch && { os: 'linux', arch };
  }
  if (bytes.length >= 64 && bytes.toString('latin1', 0, 2) === 'MZ') {
    // Machine, behind the signature to which e_lfanew leads (PE Format, "COFF File Header").
    const header = bytes.readUInt32LE(0x3c);
    if (header + 6 > bytes.length || bytes.toString('latin1', header, header + 4) !== 'PE\0\0')
      return undefined;
    const arch = ({ 0x8664: 'amd64', 0xaa64: 'arm64' } as const)[bytes.readUInt16LE(header + 4)];
    return arch && { os: 'windows', arch };
  }
  return undefined;
}

/**
 * Looks whether an executable is one for a platform, with an application in it.
 * @throws Error that says what is wrong
 */
export function checkExecutable(
  bytes: Buffer,
  { os, arch }: Pick<Platform, 'os' | 'arch'>,
  blob: Buffer,
): void {
  const format = formatOf(bytes);
  if (format?.os !== os || format.arch !== arch) {
    throw new Error(
      `the executable is for ${format ? `${format.os}/${format.arch}` : 'nothing known'}, not ${os}/${arch}`,
    );
  }
  if (!bytes.includes(blob)) throw new Error(`the executable for ${os}/${arch} does not hold the plugin`);
  if (!bytes.includes(`${SENTINEL_FUSE}:1`)) {
    throw new Error(`the executable for ${os}/${arch} is not told that it holds the plugin`);
  }
}
