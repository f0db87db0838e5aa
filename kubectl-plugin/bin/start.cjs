'use strict';
// Only what every Node understands, so that an old one gets a sentence and not a syntax error.

/** The oldest Node that the bundle runs on; package.json and docs/kubectl-mesitis.md say the same. */
var OLDEST = '20.3';

/**
 * Runs the bundle.
 * @param {{ silent: boolean }} options - whether to say nothing when this Node is too old for it
 */
exports.start = function (options) {
  if (isNewEnough(process.versions.node.split('.'), OLDEST.split('.'))) {
    keepCompiledCode();
    require('../dist/kubectl-mesitis.cjs').main();
    return;
  }
  process.exitCode = 3;
  if (options.silent) return;
  var message = 'error: kubectl mesitis needs Node ' + OLDEST + ' or newer, and this is ' + process.version;
  process.stderr.write(message + ': upgrade node, or install the executable that needs none\n');
};

function isNewEnough(version, oldest) {
  var major = Number(version[0]) - Number(oldest[0]);
  return major > 0 || (major === 0 && Number(version[1]) >= Number(oldest[1]));
}

/**
 * For the next start, where Node can do that (22.1 and newer): compiling takes longer than most commands. In the
 * user's own cache, because what lies in a shared folder could be another user's code.
 */
function keepCompiledCode() {
  var nodeModule = require('node:module');
  if (!nodeModule.enableCompileCache) return;
  try {
    nodeModule.enableCompileCache(require('node:path').join(cacheFolder(), 'kubectl-mesitis'));
  } catch (error) {
    void error; // Without a home there is no cache.
  }
}

function cacheFolder() {
  var join = require('node:path').join;
  var env = process.env;
  if (process.platform === 'win32' && env.LOCALAPPDATA) return env.LOCALAPPDATA;
  if (env.XDG_CACHE_HOME) return env.XDG_CACHE_HOME;
  var home = require('node:os').homedir();
  return process.platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache');
}
