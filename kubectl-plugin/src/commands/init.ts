import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { MesitisCommand } from '../base-command.js';
import { clusterFlags } from '../flags.js';
import { usageError } from '../lib/plugin-error.js';
import { leftBehind, objectsFrom, parseSource } from '../lib/starter/from-cluster.js';
import { sampleObjects, starterConfigMaps, type StarterRequest } from '../lib/starter/starter.js';

/** Writes the ConfigMaps of a new offering. */
export class Init extends MesitisCommand {
  static override summary = 'write the ConfigMaps of a new offering, to start from';
  static override description =
    'Prints a catalog entry and the objects that it makes for each instance. With --from these are a Deployment or Service of the cluster with what belongs to it: freed of what the cluster added, and named anew for each instance. With --shared all consumers get that very Service; with --url something outside. Without any of these it is a small web server. The entry whitelists its own namespace alone until you say otherwise, and hands out no credentials.';
  static override examples = [
    '<%= config.bin %> init web --team api > web.yaml && <%= config.bin %> lint web.yaml',
    '<%= config.bin %> init back-end --team api --from deployment/back-end --namespace api-ns > back-end.yaml',
    '<%= config.bin %> init database --team api --from service/postgres --shared --whitelist "team-*" > database.yaml',
    '<%= config.bin %> init weather --team api --url https://weather.example.com > weather.yaml',
  ];
  static override usage = 'init OFFERING [--team TEAM] [--from KIND/NAME [--shared] | --url URL] [flags]';
  static override args = {
    offering: Args.string({ required: true, ignoreStdin: true, description: 'the name of the offering' }),
  };
  static override flags = {
    team: Flags.string({ summary: 'the team that offers it; by default the namespace' }),
    from: Flags.string({ summary: 'what to offer: deployment/NAME or service/NAME', helpValue: 'KIND/NAME' }),
    shared: Flags.boolean({ summary: 'one for all: the Service of --from itself, and nothing is made' }),
    url: Flags.string({ summary: 'what to offer: a URL outside the cluster' }),
    whitelist: Flags.string({
      summary: 'a namespace or glob that may have it; repeat it for more',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAMESPACE',
    }),
    ...clusterFlags,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Init);
    const { from, shared, url } = flags;
    if (from !== undefined && url !== undefined)
      throw usageError('--from and --url are two offerings: give one of them');
    if (shared && (from === undefined || parseSource(from).kind !== 'Service')) {
      throw usageError('--shared needs a Service: add --from service/NAME');
    }
    if (flags.namespace === undefined && flags.team !== undefined && from === undefined) {
      // No cluster is needed, and none may be there.
      await this.write(args.offering, flags.team, { ...flags, namespace: flags.team, provision: undefined });
      return;
    }
    await this.withCluster(flags, async (session) => {
      const { namespace } = session;
      const provision =
        from === undefined
          ? undefined
          : shared
            ? { kind: 'shared' as const, service: parseSource(from).name }
            : { kind: 'objects' as const, objects: await objectsFrom(session, from) };
      await this.write(args.offering, flags.team ?? namespace, { ...flags, namespace, provision });
    });
  }

  private async write(
    offering: string,
    team: string,
    given: {
      namespace: string;
      url?: string | undefined;
      whitelist?: string[] | undefined;
      provision: StarterRequest['provision'] | undefined;
    },
  ): Promise<void> {
    const { namespace, url, whitelist } = given;
    const provision =
      given.provision ??
      (url === undefined
        ? { kind: 'objects' as const, objects: sampleObjects(offering) }
        : { kind: 'url' as const, url });
    const request = { team, offering, namespace, provision, uuid: this.context.newId() };
    const configMaps = starterConfigMaps({ ...request, whitelist: whitelist ?? [namespace] });
    const { stringify } = await import('yaml');
    const text = (value: unknown): string =>
      stringify(value, { indentSeq: false, lineWidth: 0, blockQuote: 'literal' });
    const documents = configMaps.map(({ name, labels, payload }) =>
      text({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, labels },
        data: { 'wrapped-resource': text(payload) },
      }),
    );
    this.print(documents.join('---\n'));
    const missing = provision.kind === 'objects' ? leftBehind(provision.objects) : [];
    if (missing.length > 0) {
      this.tell(
        `Pods read what is not copied, and what therefore has to be in namespace ${namespace}: ${missing.join(', ')}.`,
      );
    }
    this.tell(
      'Next: change what you like, kubectl mesitis lint the file, and kubectl apply it where your broker is.',
    );
  }
}
