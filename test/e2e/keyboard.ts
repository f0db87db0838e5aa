import { delimiter, join } from 'node:path';
import { runTool, type ToolResult } from '../cluster/exec.js';
import { repositoryRoot } from '../cluster/folders.js';
import { findTools } from '../cluster/tools.js';
import { invitePeople } from '../demo/people.js';
import type { Stage } from './stage.js';

/** Who types: the platform's administrator, or somebody with `edit` in their own namespaces alone (see demo/people). */
export type Who = 'admin' | 'provider' | 'client' | 'other';

/** People who type `kubectl` and `kubectl mesitis` on a stage, each with their own context. */
export interface Keyboard {
  /** The environment in which they type; `default` of the kubeconfig is the administrator. */
  readonly env: Readonly<Record<'KUBECONFIG' | 'KUBECACHEDIR' | 'NO_COLOR' | 'PATH', string>>;
  /** The real kubectl. */
  readonly file: string;
  /** `kubectl mesitis …`, with the flags of the cluster behind it. */
  mesitis(who: Who, typed: readonly string[], input?: string): Promise<ToolResult>;
  /** kubectl itself. */
  kubectl(who: Who, typed: readonly string[], input?: string): Promise<ToolResult>;
}

/** Gives the people of the demo their rights on a stage that has their namespaces. */
export async function keyboardOf(stage: Stage): Promise<Keyboard> {
  const { kubectl } = await findTools();
  const { kubeconfig, directory } = stage.cluster;
  const people = join(directory, 'people.kubeconfig');
  await invitePeople(stage.kube, kubeconfig, people);
  const env = {
    KUBECONFIG: people,
    KUBECACHEDIR: join(directory, 'kubectl-cache'),
    NO_COLOR: '1',
    PATH: [join(repositoryRoot(), 'kubectl-plugin', 'bin'), process.env['PATH'] ?? ''].join(delimiter),
  };
  const contextOf = (who: Who): string[] => (who === 'admin' ? [] : ['--context', who]);
  return {
    env,
    file: kubectl,
    mesitis: (who, typed, input = '') =>
      runTool(kubectl, ['mesitis', ...beforeDashes(typed, contextOf(who))], { env, input }),
    kubectl: (who, typed, input = '') => runTool(kubectl, [...typed, ...contextOf(who)], { env, input }),
  };
}

/** What is typed, with more flags; behind `--` stands the command of somebody else. */
function beforeDashes(typed: readonly string[], flags: readonly string[]): string[] {
  const end = typed.indexOf('--');
  return end < 0 ? [...typed, ...flags] : typed.toSpliced(end, 0, ...flags);
}
