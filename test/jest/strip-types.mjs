import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';

/**
 * Blanks out the types, as Node itself does when it runs a .ts file, so that lines and columns stay and no source map is
 * needed. Whether the types are right is `tsc -b`'s question.
 */
export default {
  process: (text) => ({ code: stripTypeScriptTypes(text) }),
  getCacheKey: (text, path) =>
    createHash('sha256').update([process.version, path, text].join('\0')).digest('hex'),
};
