import type { JsonObject } from '@mesitis/kube';
import { freeWord, isOpenTo, type Offering } from './catalog.js';
import type { Colors } from './colors.js';
import { listAt, recordAt, textAt } from './objects.js';
import { plainLine } from './plain-text.js';
import { schemaParameters, type SchemaParameter } from './schema-parameters.js';
import { renderTable } from './table.js';
import { wrapWords } from './wrap-words.js';

/** How the page of an offering is drawn. */
export interface PageLook {
  colors: Colors;
  width: number | undefined;
  /** The namespace that asks. */
  namespace: string;
}

/** All that a consumer can know about one plan before asking for it, and what to type to ask. */
export function offeringPage(offering: Offering, look: PageLook): string {
  const { strong } = look.colors;
  const displayName = textAt(metadataOf(offering), 'displayName');
  const title = `${strong(`${offering.offering}:${offering.plan}`)}${displayName === undefined ? '' : `  ${plainLine(displayName)}`}`;
  const blocks = [
    [title, ...wrapped(offering.description, look.width)],
    facts(offering, look),
    parameterBlock('Parameters', offering.parameterSchema, look, 'none that it tells of'),
    ...(offering.bindable
      ? [
          parameterBlock('Parameters of a binding', offering.bindingSchema, look),
          [strong('Secret of a binding'), ...wrapped(secretText(offering), look.width)],
        ]
      : []),
    isOpenTo(offering, look.namespace)
      ? [strong('To get it'), ...commands(offering).map((line) => `  ${line}`)]
      : [],
  ];
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => `${block.join('\n')}\n`)
    .join('\n');
}

function facts(offering: Offering, { namespace, width }: PageLook): string[] {
  const { team, provisionedAs, whitelist } = offering;
  const metadata = metadataOf(offering);
  const rows: [string, string | undefined][] = [
    ['Team', team],
    ['Kind', provisionedAs],
    ['Open to', whitelist === undefined ? 'every namespace' : whitelist.join(', ')],
    ['Yours', isOpenTo(offering, namespace) ? undefined : `no, ask ${askWhom(offering)} to add ${namespace}`],
    ['Free', freeWord(offering)],
    ['Tags', texts(listAt(offering.class['spec'], 'tags')).join(', ')],
    ['Bindable', offering.bindable ? undefined : 'no'],
    ['Documentation', textAt(metadata, 'documentationUrl')],
    ['Support', textAt(metadata, 'supportUrl')],
  ];
  const told = rows.filter((row): row is [string, string] => row[1] !== undefined && row[1] !== '');
  const label = Math.max(...told.map(([name]) => name.length)) + 2;
  return told.flatMap(([name, value]) => {
    const [first = '', ...more] = wrapWords(
      plainLine(value),
      width === undefined ? undefined : width - label,
    );
    return [`${`${name}:`.padEnd(label)}${first}`, ...more.map((line) => `${' '.repeat(label)}${line}`)];
  });
}

function parameterBlock(
  title: string,
  schema: JsonObject | undefined,
  { colors, width }: PageLook,
  otherwise?: string,
): string[] {
  const parameters = schemaParameters(schema);
  if (parameters.length === 0)
    return otherwise === undefined ? [] : [`${colors.strong(title)}: ${otherwise}`];
  const rows = parameters.map((each) => [
    each.path,
    each.type,
    REQUIRED[each.required],
    each.default ?? '',
    each.description,
  ]);
  const header = ['NAME', 'TYPE', 'REQUIRED', 'DEFAULT', 'DESCRIPTION'];
  return [colors.strong(title), renderTable({ header, rows, wrap: true }, width).trimEnd()];
}

const REQUIRED: Readonly<Record<SchemaParameter['required'], string>> = {
  yes: 'yes',
  no: '',
  'when its parent is given': 'in its parent',
};

/** What the keys of the Secret are. A Mesitis broker says how it makes them; of other brokers nothing is known. */
function secretText({ provisionKind, credentialKind }: Offering): string {
  if (provisionKind === undefined) return 'what the broker hands out; its documentation says which keys';
  const coordinates = 'uri, host and port (where the service is)';
  switch (credentialKind) {
    case 'CredentialNoCredential':
      return `${coordinates}; no credentials`;
    case 'CredentialFromCatalog':
      return `${coordinates}, and the credentials that the team set, as a rule username and password`;
    case 'CredentialFromClusterSecret':
      return `${coordinates}, and credentials that the team keeps for all consumers`;
    case 'CredentialFromProvisionedSecret':
      return `${coordinates}, and credentials that are made with the instance`;
    case 'CredentialFromVault':
      return `${coordinates}, and credentials from Vault, which may be made for each binding and expire`;
    default:
      return coordinates;
  }
}

function commands(offering: Offering): string[] {
  const name = offering.shortName;
  const required = schemaParameters(offering.parameterSchema).filter((each) => each.required === 'yes');
  const forBinding = schemaParameters(offering.bindingSchema).filter((each) => each.required === 'yes');
  const plan = `${offering.offering}:${offering.plan}`;
  return [
    ['kubectl mesitis provision', plan, ...required.map(argument)].join(' '),
    ...(offering.bindable ? [['kubectl mesitis bind', name, ...forBinding.map(argument)].join(' ')] : []),
  ];
}

function argument({ path, example }: SchemaParameter): string {
  const pair = `${path}=${plainLine(example)}`;
  return `-p ${/^[\w.,:/=@%+-]+$/.test(pair) ? pair : `'${pair.replaceAll("'", `'\\''`)}'`}`;
}

function askWhom({ team }: Offering): string {
  return team === undefined ? 'its provider' : `team ${team}`;
}

function metadataOf(offering: Offering): Record<string, unknown> {
  return {
    ...recordAt(offering.class['spec'], 'externalMetadata'),
    ...recordAt(offering.object['spec'], 'externalMetadata'),
  };
}

function wrapped(text: string, width: number | undefined): string[] {
  return text === '' ? [] : wrapWords(plainLine(text), width);
}

function texts(values: readonly unknown[]): string[] {
  return values.filter((value) => typeof value === 'string');
}
