/** Whether a broken rule keeps the configuration out (`error`) or is only told (`warning`). */
export type Severity = 'error' | 'warning';

/** One rule of the configuration language. */
export interface Rule {
  /** Stable for ever: `MES001` and up, never reused. */
  id: `MES${string}`;
  severity: Severity;
  /** What the rule asks for, one sentence without a final full stop. */
  explanation: string;
}

/**
 * Every rule, by the name that the code uses. Ids are only added at the end of the table: authors quote them in
 * tickets and, for warnings, in annotations.
 */
export const RULES = {
  'kind-label': error('MES001', 'The label mesitis/kind is catalog-entry or names the kind of the object'),
  'enabled-label': error('MES002', 'The label mesitis/enabled is "true" or "false"'),
  'offering-label': error('MES003', 'A wrapped object carries the label mesitis/offering'),
  'order-label': error('MES004', 'A wrapped object carries the label mesitis/order, a number'),
  'label-value': error('MES005', 'Labels of the ConfigMap are strings that the API server takes'),
  'label-unknown': warning('MES006', 'Labels that begin with mesitis/ are ones that Mesitis reads'),
  'payload-missing': error('MES007', 'The ConfigMap holds its payload as text in data.wrapped-resource'),
  'payload-twice': error('MES008', 'The payload is under wrapped-resource or embedded-resource, not both'),
  'payload-binary': error('MES009', 'The payload is in data, not in binaryData'),
  'data-ignored': warning('MES010', 'The ConfigMap holds nothing besides the payload'),
  'payload-size': error('MES011', 'The payload is at most 1 MiB, before and after YAML aliases are followed'),
  'payload-depth': error('MES012', 'The payload is nested at most 64 levels deep'),
  'payload-syntax': error('MES013', 'The payload is JSON, or YAML 1.2'),
  'payload-documents': error('MES014', 'The payload is a single YAML document'),
  'payload-tag': error('MES015', 'The payload has no YAML tags of its own'),
  'payload-alias': error('MES016', 'Each YAML alias comes after the anchor that it names'),
  'payload-object': error('MES017', 'The payload is an object'),
  'payload-number': error('MES018', 'Numbers in the payload are finite and kept exactly'),
  'key-duplicate': error('MES019', 'An object has each key once'),
  'key-spelled-twice': error('MES020', 'A known key is written once, in one spelling'),
  'key-forbidden': error('MES021', 'No key is called __proto__'),
  'key-unknown': error('MES022', 'Objects of the configuration language have only known keys'),
  'key-missing': error('MES023', 'Required keys are there'),
  'value-null': error('MES024', 'A key that is there has a value'),
  'value-type': error('MES025', 'Values have the type that their key asks for'),
  'value-empty': error('MES026', 'Strings, lists and maps that must say something are not empty'),
  'value-range': error('MES027', 'Numbers are within the range of their key'),
  'value-quote': error('MES028', 'A number that stands for a string is a plain integer, or is quoted'),
  'expression-syntax': error('MES029', 'Each ${ has an expression and its }'),
  'expression-place': error(
    'MES030',
    'Expressions stand only in provisiondata, Helm values, credentials and wrapped objects, and never in keys',
  ),
  'expression-namespace': error('MES031', 'provisiondata.namespace depends only on consumer and instance'),
  'name-part': error('MES032', 'team, offering and version consist of a-z, 0-9, "." and "-"'),
  'plan-name-length': error('MES033', 'team-offering-version has at most 63 characters'),
  'id-format': error('MES034', 'uuid and serviceuuid are ids of at most 63 characters'),
  'whitelist-entry': error('MES035', 'The whitelist holds namespaces, globs and cf:ORG/SPACE'),
  'whitelist-duplicate': warning('MES036', 'The whitelist names each consumer once'),
  'provision-kind': error('MES037', 'The provision kind is a known one, given once'),
  'credential-kind': error('MES038', 'The credential kind is a known one, given once'),
  'namespace-name': error('MES039', 'Namespaces are DNS labels'),
  'service-name': error('MES040', 'Names of Services are DNS-1035 labels'),
  'object-name': error('MES041', 'Names of objects are DNS subdomains'),
  'release-name': error('MES042', 'Names of Helm releases are DNS names of at most 53 characters'),
  'port-format': error('MES043', 'A port is a number from 1 to 65535 or the name of a Service port'),
  'url-format': error('MES044', 'URLs are absolute and have a host'),
  'url-credentials': error('MES045', 'URLs hold no user name and no password'),
  'label-selector': error('MES046', 'Label selectors parse and select something'),
  'chart-choice': error('MES047', 'A Helm chart is named by exactly one of chart and charturl'),
  'credential-key': error('MES048', 'Keys of credentials fit a Secret and leave uri, host and port alone'),
  'credential-none': error('MES049', 'CredentialNoCredential takes no data'),
  'schema-invalid': error('MES050', 'parameters and bindparameters are JSON Schemas of an object'),
  'schema-size': error('MES051', 'A JSON Schema has at most 64 kB, and at most 1,500 keys and items'),
  'schema-reference': error('MES052', 'A JSON Schema refers only to parts of itself'),
  'object-kind': error('MES053', 'The wrapped object is of the kind that its label names'),
  'object-api-version': error('MES054', 'The apiVersion of the wrapped object is right for its kind'),
  'object-generate-name': error('MES055', 'A wrapped object has a name of its own, not generateName'),
  'object-namespace': error('MES056', 'A wrapped object leaves its namespace to the catalog entry'),
  'object-server-field': error('MES057', 'A wrapped object has no field that the cluster fills in'),
  'object-reserved': error('MES058', 'A wrapped object leaves the labels and annotations of Mesitis alone'),
  'object-label': error('MES059', 'Labels and annotations of a wrapped object are ones the API server takes'),
  'object-name-fixed': warning('MES060', 'The name of a wrapped object differs between instances'),
  'object-base64': error('MES061', 'What a Secret or a ConfigMap holds as base64 is base64'),
  'expression-size': error(
    'MES062',
    'An expression has at most 2,048 characters, and all of a payload have at most 32,768',
  ),
  'expression-cel': error('MES063', 'Expressions are CEL'),
  'expression-name': error('MES064', 'Expressions use the variables and members that there are'),
  'expression-function': error('MES065', 'Expressions call functions of standard CEL and of generate'),
  'expression-type': error('MES066', 'Expressions fit together and give a string, a number or a boolean'),
  'expression-generate': error('MES067', 'Generated values have a length from 8 to 128, written out'),
  'generate-place': error('MES068', 'Values are generated only where they stay secret'),
  'expression-chart': error('MES069', 'Which chart is installed does not depend on parameters'),
  'expression-parameter': error('MES070', 'Expressions read parameters that the schema has'),
  'expression-optional': warning('MES071', 'Parameters that may be missing are tested with has()'),
  'object-cluster-scoped': error('MES072', 'A wrapped object is of a namespaced kind'),
  'object-list': error('MES073', 'A wrapped object is one object, not a list of them'),
  'chart-name': error('MES074', 'Charts, versions and repositories are such as helm takes them'),
  'chart-version': error('MES075', 'A chart from a repository or a registry is in one complete version'),
  'vault-auth': error('MES076', 'vaultauth names a method of login that is known'),
  'vault-path': error('MES077', 'Paths in Vault are written without the API version and without escapes'),
  'credential-inline': warning('MES082', 'Credentials are kept in a Secret or made for each binding'),
  'ignore-annotation': warning('MES087', 'mesitis/ignore names warnings, each with a reason'),
  'config-map-metadata': error('MES097', 'The metadata of the ConfigMap is such as the API server takes'),
} as const satisfies Record<string, Rule>;

/** Rules that one ConfigMap alone can't tell broken: it takes those beside it, or the cluster. */
export const CLUSTER_RULES = {
  'author-right': error('MES078', 'Who publishes may itself do what it has the broker do'),
  'author-unchecked': error('MES079', 'Whether the author may do what the broker does can be checked'),
  'entry-conflict': error(
    'MES080',
    'uuids, versions and service ids of the entries beside each other fit together',
  ),
  'target-namespace': error('MES081', 'Things are made in namespaces that the platform allows'),
  'selector-empty': warning('MES083', 'The labelSelector of an entry selects enabled objects'),
  'object-unselected': warning('MES084', 'An enabled object is selected by an enabled entry'),
  'order-late': warning('MES085', 'Objects are made after what their Pods need'),
  'id-changed': error('MES088', 'The ids of an entry that is in use stay as they are'),
  'in-use-removed': error('MES089', 'An entry that is in use stays in the catalog'),
  'in-use-kind': error('MES090', 'The provision kind of an entry that is in use stays as it is'),
  'in-use-whitelist': error('MES091', 'The whitelist lets in the namespaces that use the entry'),
  'in-use-schema': error('MES092', 'The parameters of instances meet the schema of the entry'),
  'in-use-unchecked': warning('MES093', 'Who uses an entry can be found out'),
  'object-refused': error('MES094', 'The API server takes each object as an instance would have it'),
  'object-untried': warning('MES095', 'Whether the API server takes an object can be tried'),
  'vault-insecure': error('MES096', 'Vault is reached by https, unless the platform allows otherwise'),
  'neighbours-unchecked': warning('MES086', 'The ConfigMaps beside one can be read'),
} as const satisfies Record<string, Rule>;

/** The name by which code refers to a rule. */
export type RuleName = keyof typeof RULES;

function error<Id extends Rule['id']>(id: Id, explanation: string): Rule & { id: Id } {
  return { id, severity: 'error', explanation };
}

function warning<Id extends Rule['id']>(id: Id, explanation: string): Rule & { id: Id } {
  return { id, severity: 'warning', explanation };
}
