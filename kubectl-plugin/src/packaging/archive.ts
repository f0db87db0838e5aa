import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';

/** A file of an archive, at its top. */
export interface ArchiveFile {
  name: string;
  bytes: Uint8Array;
  executable: boolean;
}

/** All files are of this time, so that the same content gives the same archive. */
const TIME = new Date('2000-01-01T00:00:00Z');

/** Files as a tar archive (POSIX ustar), compressed by gzip. */
export function tarGz(files: readonly ArchiveFile[]): Buffer {
  const blocks = files.flatMap(({ name, bytes, executable }) => [
    tarHeader(name, bytes.length, executable),
    bytes,
    Buffer.alloc((512 - (bytes.length % 512)) % 512),
  ]);
  // Two blocks of nothing are its end.
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** The header of one file: text fields at fixed places, numbers as octal text (POSIX.1-1988, pax(1), "ustar"). */
function tarHeader(name: string, size: number, executable: boolean): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0, 100);
  header.write(octal(executable ? 0o755 : 0o644, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(TIME.getTime() / 1000, 11), 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\0' + '00', 257);
  header.write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )} `,
    148,
  );
  return header;
}

/** Files as a zip archive. */
export function zip(files: readonly ArchiveFile[]): Buffer {
  const entries = files.map(({ name, bytes }) => [name, bytes] as const);
  return Buffer.from(zipSync(Object.fromEntries(entries), { mtime: TIME }));
}
