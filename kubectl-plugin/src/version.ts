/** The plugin's version; the same as in package.json, which a unit test checks. A bundle has no package.json beside it. */
export const VERSION = '0.1.0';
