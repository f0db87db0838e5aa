import { VERSION } from './version.js';

/** What oclif wants to know of the plugin's package, told here because a bundle has no package.json beside it. */
export const PACKAGE_JSON = {
  name: 'kubectl-mesitis',
  version: VERSION,
  type: 'module',
  description: 'Services of other teams in your cluster: see, provision, bind, give back.',
  oclif: {
    bin: 'kubectl mesitis',
    // Without it the directory names hold a blank.
    dirname: 'kubectl-mesitis',
    topicSeparator: ' ' as const,
    additionalHelpFlags: ['-h'],
  },
};
