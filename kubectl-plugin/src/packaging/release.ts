import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { completionScript } from '../lib/completion/script.js';
import { PACKAGE_JSON } from '../package-json.js';
import { tarGz, zip, type ArchiveFile } from './archive.js';
import { krewManifest, krewProblems, type Archive } from './krew-manifest.js';
import type { Platform } from './platforms.js';

/** Texts that go into every archive. */
export interface Licenses {
  own: string;
  /** Those of everything that is in the executable. */
  thirdParty: string;
}

/** A file of a release. */
export interface ReleaseFile {
  name: string;
  bytes: Buffer;
}

/** The archive of an executable, as krew and people unpack it. */
export function archiveOf(
  platform: Platform,
  executable: Uint8Array,
  licenses: Licenses,
): { archive: Archive; bytes: Buffer } {
  const windows = platform.os === 'windows';
  const script = completionScript(windows);
  const text = (name: string, content: string, isScript = false): ArchiveFile => ({
    name,
    bytes: Buffer.from(content),
    executable: isScript,
  });
  const files = [
    { name: platform.executable, bytes: executable, executable: true },
    text(script.file, script.text, true),
    text('LICENSE', licenses.own),
    text('THIRD-PARTY-LICENSES', licenses.thirdParty),
  ];
  const bytes = windows ? zip(files) : tarGz(files);
  const name = `kubectl-mesitis_v${PACKAGE_JSON.version}_${platform.os}_${platform.arch}`;
  return {
    archive: {
      platform,
      file: `${name}.${windows ? 'zip' : 'tar.gz'}`,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      files: files.map((file) => file.name),
    },
    bytes,
  };
}

/**
 * krew's manifest of a release, as a file.
 * @param baseUrl of the folder that the archives are published in
 * @throws Error when krew would not take it
 */
export function manifestFile(archives: readonly Archive[], baseUrl: string): ReleaseFile {
  const manifest = krewManifest(archives, baseUrl);
  const problems = krewProblems(manifest);
  if (problems.length > 0) throw new Error(`krew would not take the manifest: ${problems.join('; ')}`);
  return { name: 'mesitis.yaml', bytes: Buffer.from(stringify(manifest, { lineWidth: 0 })) };
}
