import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder as the kubelet mounts a Secret: each key is a link into `..data`, which is itself a link to the folder with
 * the present values and is replaced in one step.
 */
export class SecretMount {
  readonly folder: string;
  #generation = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(values: Readonly<Record<string, string>>): Promise<SecretMount> {
    const mount = new SecretMount(await mkdtemp(join(tmpdir(), 'secret-')));
    await mount.replace(values);
    return mount;
  }

  path(key: string): string {
    return join(this.folder, key);
  }

  /** Renews the values as the kubelet does when the Secret has changed. */
  async replace(values: Readonly<Record<string, string>>): Promise<void> {
    const before = `..${this.#generation}`;
    this.#generation += 1;
    const next = `..${this.#generation}`;
    await mkdir(this.path(next));
    for (const [key, value] of Object.entries(values)) await writeFile(join(this.path(next), key), value);
    await symlink(next, this.path('..data_tmp'));
    await rename(this.path('..data_tmp'), this.path('..data'));
    for (const key of Object.keys(values)) {
      await rm(this.path(key), { force: true });
      await symlink(join('..data', key), this.path(key));
    }
    await rm(this.path(before), { recursive: true, force: true });
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
