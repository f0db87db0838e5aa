import { readFile } from 'node:fs/promises';
import { isKubeError, refOf, type KubeObject } from '@mesitis/kube';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { MesitisCommand, patienceOf, type Session } from '../base-command.js';
import type { PluginKube } from '../context.js';
import { clusterFlags, dryRunFlag, outputFlag, waitFlags, type DryRun } from '../flags.js';
import { checkedName } from '../lib/checked-name.js';
import { brokerSecret, brokerService, urlOf, whitelistedNamespaces } from '../lib/find-broker.js';
import { judgeBroker } from '../lib/judgements.js';
import { nameOf } from '../lib/objects.js';
import { formatList } from '../lib/output.js';
import { inputError, notMet } from '../lib/plugin-error.js';
import {
  clusterBroker,
  mayReplace,
  namespacedBrokers,
  updateOf,
  type Registration,
} from '../lib/registration.js';

interface RegisterFlags {
  url?: string | undefined;
  secret?: string | undefined;
  'ca-file'?: string | undefined;
  relist: string;
}

/** Registers a broker. */
export class Register extends MesitisCommand {
  static override summary = 'make the offerings of a broker visible';
  static override description =
    "Registers the broker in namespace -n for the whole cluster, or with --whitelisted in each namespace that its entries whitelist, where nobody else sees it. Address and Secret are those of the chart mesitis unless given. A namespaced broker needs a copy of the Secret beside it, which whoever reads Secrets there can read. Run it again to bring everything up to date. It takes an administrator's rights.";
  static override examples = [
    '<%= config.bin %> register --namespace provider-ns',
    '<%= config.bin %> register api-team --namespace provider-ns --whitelisted',
    '<%= config.bin %> register other --url https://broker.example.com --secret other-auth --ca-file ca.pem -n provider-ns',
    '<%= config.bin %> register -n provider-ns --dry-run=client --output yaml',
  ];
  static override usage = 'register [BROKER] [--whitelisted] [flags]';
  static override args = {
    broker: Args.string({
      ignoreStdin: true,
      description: "the broker's name; by default that of its namespace and Helm release",
    }),
  };
  static override flags = {
    ...outputFlag,
    whitelisted: Flags.boolean({
      summary: 'in each namespace that is whitelisted, instead of the whole cluster',
    }),
    url: Flags.string({ summary: 'where the broker is' }),
    secret: Flags.string({ summary: 'the Secret with username and password, or token' }),
    'ca-file': Flags.string({ summary: "the CA of the broker's certificate, a PEM file", helpValue: 'FILE' }),
    relist: Flags.string({ summary: 'how often the catalog is read anew', default: '1m' }),
    ...dryRunFlag,
    ...waitFlags,
    ...clusterFlags,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Register);
    const dryRun = flags['dry-run'];
    const patience = patienceOf(flags);
    const given = args.broker === undefined ? undefined : checkedName('BROKER', args.broker);
    await this.withCluster(flags, async (session) => {
      const registration = await readRegistration(session, given, flags);
      const objects = flags.whitelisted
        ? namespacedBrokers(registration, await whitelistedNamespaces(session))
        : [clusterBroker(registration)];
      const written: KubeObject[] = [];
      for (const object of objects) written.push(await write(session.cluster, object, dryRun));
      if (flags.output !== 'table') this.print(await formatList(written, flags.output));
      const brokers = written.filter(({ kind }) => kind !== 'Secret');
      for (const broker of brokers) {
        if (patience !== undefined && dryRun === 'none') await this.awaitBroker(session, broker, patience);
        if (flags.output === 'table')
          this.printSentence(`${titleOf(broker)} ${outcome(dryRun, patience !== undefined)}`);
      }
    });
  }

  private async awaitBroker(
    { cluster }: Session,
    broker: KubeObject,
    patience: NonNullable<ReturnType<typeof patienceOf>>,
  ): Promise<void> {
    await this.awaitObject({
      cluster,
      ref: refOf(broker),
      subject: { kind: 'broker', name: nameOf(broker) },
      patience,
      judge: judgeBroker(broker.metadata.generation),
    });
  }
}

async function readRegistration(
  session: Session,
  given: string | undefined,
  flags: RegisterFlags,
): Promise<Registration> {
  const { url, secret: secretName, 'ca-file': caFile, relist } = flags;
  const caBundle = caFile === undefined ? undefined : await readBundle(caFile);
  const service = url === undefined ? await brokerService(session) : undefined;
  const secret = await brokerSecret(session, secretName);
  // As the notes of the chart name it.
  const release = (service ?? secret).metadata.labels?.['app.kubernetes.io/instance'];
  const byChart = release === undefined ? session.namespace : `${session.namespace}-${release}`;
  return {
    name: given ?? byChart,
    url: url ?? (service === undefined ? '' : urlOf(service, caBundle === undefined ? 'http' : 'https')),
    secret,
    caBundle,
    relistDuration: relist,
  };
}

async function readBundle(file: string): Promise<string> {
  let pem: string;
  try {
    pem = await readFile(file, 'utf8');
  } catch (error) {
    throw inputError(`--ca-file ${file} can't be read: ${(error as Error).message}`);
  }
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw inputError(`--ca-file ${file} holds no PEM certificate`);
  return Buffer.from(pem).toString('base64');
}

/** Creates the object, or brings the one of that name up to date. */
async function write(cluster: PluginKube, object: KubeObject, dryRun: DryRun): Promise<KubeObject> {
  if (dryRun === 'client') return object;
  const options = { dryRun: dryRun === 'server' };
  try {
    return await cluster.create(object, options);
  } catch (error) {
    if (!isKubeError(error, 'already-exists')) throw error;
  }
  const present = await cluster.get(refOf(object));
  if (present !== undefined && !mayReplace(present)) {
    const { namespace = '' } = object.metadata;
    throw notMet(
      `Secret '${nameOf(object)}' in namespace ${namespace} is somebody else's: choose another BROKER`,
    );
  }
  return cluster.patch(refOf(object), { type: 'merge', body: updateOf(object) }, options);
}

function titleOf({ kind, metadata: { name = '', namespace } }: KubeObject): string {
  return `${kind} '${name}'${namespace === undefined ? '' : ` in namespace ${namespace}`}`;
}

function outcome(dryRun: DryRun, waited: boolean): string {
  if (dryRun !== 'none') return `would be registered (${dryRun} dry run)`;
  return waited ? 'is ready' : 'is registered';
}
