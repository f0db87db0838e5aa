import { PACKAGE_JSON } from '../package-json.js';
import type { Platform } from './platforms.js';

/** A plugin as krew installs it ("Writing Krew plugin manifests"). */
export interface KrewManifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: {
    version: string;
    shortDescription: string;
    description: string;
    caveats: string;
    platforms: KrewPlatform[];
  };
}

/** Where krew finds the archive for a platform, and what it takes out of it. */
export interface KrewPlatform {
  selector: { matchLabels: Record<string, string> };
  uri: string;
  sha256: string;
  bin: string;
  files: { from: string; to: string }[];
}

/** An archive with the executable for a platform. */
export interface Archive {
  platform: Platform;
  /** The archive's own name. */
  file: string;
  /** In hexadecimal digits. */
  sha256: string;
  /** The names of the files in it. */
  files: readonly string[];
}

/** krew's manifest of the plugin, whose archives lie at a URL. */
export function krewManifest(archives: readonly Archive[], baseUrl: string): KrewManifest {
  return {
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: 'mesitis' },
    spec: {
      version: `v${PACKAGE_JSON.version}`,
      shortDescription: 'See, provision and bind services that other teams offer',
      description: [
        'Teams in one cluster share services: what a team offers stands in a catalog, and other teams',
        'get an instance of it and a Secret with its coordinates and credentials. For clusters with',
        'Mesitis or the Kubernetes Service Catalog.\n',
      ].join('\n'),
      caveats: 'For completion by the tab key: kubectl mesitis completion --install\n',
      platforms: archives.map(({ platform, file, sha256, files }) => ({
        selector: { matchLabels: { os: platform.os, arch: platform.arch } },
        uri: `${baseUrl.replace(/\/+$/, '')}/${file}`,
        sha256,
        bin: platform.executable,
        files: files.map((from) => ({ from, to: '.' })),
      })),
    },
  };
}

/**
 * What krew, or the reviewers of its index, would not take of a manifest, a sentence each. The first part is what krew
 * itself asks for when it installs, the second what its developer guide does.
 */
export function krewProblems(manifest: KrewManifest): string[] {
  const { apiVersion, kind, metadata, spec } = manifest;
  const rules: [boolean, string][] = [
    [
      apiVersion === 'krew.googlecontainertools.github.com/v1alpha2',
      'apiVersion is not the one that krew knows',
    ],
    [kind === 'Plugin', 'kind is not Plugin'],
    [/^[\w-]+$/.test(metadata.name), 'metadata.name has other characters than letters, digits, - and _'],
    [
      /^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.test(spec.version),
      'spec.version is not vX.Y.Z',
    ],
    [/^[^\r\n]+$/.test(spec.shortDescription), 'spec.shortDescription is not one line'],
    [spec.shortDescription.length <= 60, 'spec.shortDescription is longer than a few words'],
    [!spec.shortDescription.endsWith('.'), 'spec.shortDescription ends with a full stop'],
    [spec.description.trim() !== '', 'spec.description is missing'],
    [spec.platforms.length > 0, 'spec.platforms is empty'],
  ];
  const own = rules.filter(([kept]) => !kept).map(([, problem]) => problem);
  return [...own, ...spec.platforms.flatMap(platformProblems)];
}

function platformProblems({ selector, uri, sha256, bin, files }: KrewPlatform, index: number): string[] {
  const keys = Object.keys(selector.matchLabels);
  const names = files.map(({ from }) => from);
  const rules: [boolean, string][] = [
    [
      keys.length > 0 && keys.every((key) => key === 'os' || key === 'arch'),
      'selector is not of os and arch',
    ],
    [/^https:\/\/.+\.(tar\.gz|zip)$/.test(uri), 'uri is not that of a .tar.gz or .zip'],
    [/^[a-f0-9]{64}$/.test(sha256), 'sha256 is not 64 hexadecimal digits'],
    [names.includes(bin), 'bin is not among files'],
    [
      files.length > 0 && files.every(({ from, to }) => from !== '' && to !== ''),
      'files is empty, or lacks a from or to',
    ],
    [names.includes('LICENSE'), 'files lacks the LICENSE'],
    [selector.matchLabels['os'] !== 'windows' || bin.endsWith('.exe'), 'bin does not end with .exe'],
  ];
  return rules.filter(([kept]) => !kept).map(([, problem]) => `spec.platforms[${index}]: ${problem}`);
}
