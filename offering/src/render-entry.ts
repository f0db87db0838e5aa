import { parseLabelSelector, type LabelRequirement } from '@mesitis/kube/selectors';
import { toPort } from './coordinates.js';
import type { Format } from './fields.js';
import { CHART, CHART_VERSION, PLAIN_CHART } from './helm-chart.js';
import type { Json } from './json.js';
import type { Credential, Provision } from './model.js';
import { childPath, configMapPath, type Path } from './path.js';
import { RULES, type RuleName } from './rules.js';
import {
  ANY_URL,
  hasUserInfo,
  HTTP_URL,
  LABEL_SELECTOR,
  NAMESPACE,
  OBJECT_NAME,
  RELEASE_NAME,
  SERVICE_NAME,
} from './syntax.js';
import { renderTemplate, type TemplateScope } from './template/render.js';
import type { Generate } from './template/expression.js';
import { scanTemplate } from './template/scan.js';
import { TemplateError } from './template/template-error.js';

/**
 * Evaluates the expressions of how an offering is provisioned, and checks what came out as strictly as a provision
 * without expressions is checked: what a consumer passes must not become an option of helm, a second condition of a
 * selector or a name that means something else.
 * @throws TemplateError also when what came out does not fit its key; never with the value
 */
export function renderProvision(provision: Provision, scope: TemplateScope, generate: Generate): Provision {
  const rendered = renderTemplate(provision as Json, scope, generate) as Provision;
  for (const [key, formats] of Object.entries(formatsOf(provision))) {
    const value = (rendered as Partial<Record<string, unknown>>)[key];
    if (value !== undefined) checkText('provisiondata', key, value, formats);
  }
  if (provision.kind === 'ProvisionConfigMapObjects' && rendered.kind === provision.kind) {
    checkSelector(provision.labelSelector, rendered.labelSelector);
  }
  return 'port' in rendered ? withPort(rendered) : rendered;
}

/**
 * Evaluates the expressions of where a binding's credentials come from, for one binding: `generate.password` in them is
 * the binding's own. Whatever holds none is given as it is.
 * @throws TemplateError
 */
export function renderCredential(
  credential: Credential,
  scope: TemplateScope,
  generate: Generate,
): Credential {
  switch (credential.kind) {
    case 'CredentialFromCatalog': {
      const values = renderTemplate(credential.values, scope, generate, 'binding');
      for (const [key, value] of Object.entries<unknown>(values)) checkText('credentialdata', key, value);
      return { ...credential, values };
    }
    case 'CredentialFromProvisionedSecret': {
      const secretName = renderTemplate(credential.secretName, scope, generate, 'binding');
      checkText('credentialdata', 'secretname', secretName, [OBJECT_NAME]);
      return { ...credential, secretName };
    }
    case 'CredentialFromClusterSecret':
    case 'CredentialFromVault':
    case 'CredentialNoCredential':
      return credential;
  }
}

const URL_WITHOUT_USER: Format = {
  rule: 'url-credentials',
  problem: (text) => (hasUserInfo(text) ? 'names a user' : undefined),
};

/** What each key has to be, by the key of the canonical form. */
function formatsOf(provision: Provision): Record<string, Format[]> {
  const place = { namespace: [NAMESPACE], name: [SERVICE_NAME] };
  switch (provision.kind) {
    case 'ProvisionNonClusterURL':
      return { url: [ANY_URL, URL_WITHOUT_USER] };
    case 'ProvisionExistingClusterService':
      return place;
    case 'ProvisionConfigMapObjects':
      return { ...place, labelSelector: [LABEL_SELECTOR] };
    case 'ProvisionHelmChart':
      return {
        ...place,
        name: [RELEASE_NAME],
        chart: [provision.repository === undefined ? CHART : PLAIN_CHART],
        chartUrl: [HTTP_URL, URL_WITHOUT_USER],
        repository: [HTTP_URL, URL_WITHOUT_USER],
        version: [CHART_VERSION],
        service: [SERVICE_NAME],
      };
  }
}

function checkText(data: string, key: string, value: unknown, formats: readonly Format[] = []): void {
  const path = childPath(configMapPath(data), key.toLowerCase());
  if (typeof value !== 'string') throw new TemplateError(path, 'gives something other than text');
  const broken = formats.find((format) => format.problem(value) !== undefined);
  if (broken !== undefined) throw misfit(path, broken.rule);
}

function misfit(path: Path, rule: RuleName): TemplateError {
  return new TemplateError(path, `gives what can not stand here (${RULES[rule].explanation})`);
}

/** Each expression stands for one value: the conditions are those that the provider wrote. */
function checkSelector(written: string, rendered: string): void {
  const scan = scanTemplate(written);
  const parts = scan.ok ? scan.parts : [];
  const sample = parts.map((part, index) => (part.type === 'text' ? part.text : `x${index}`)).join('');
  const expected = parseLabelSelector(sample);
  const given = parseLabelSelector(rendered);
  const isSame =
    given.length === expected.length &&
    given.every((requirement, index) => isWithin(requirement, expected[index]));
  if (!isSame) throw misfit(configMapPath('provisiondata', 'labelselector'), 'label-selector');
}

function isWithin(given: LabelRequirement, expected: LabelRequirement | undefined): boolean {
  return given.operator === expected?.operator && valuesOf(given).length <= valuesOf(expected).length;
}

function valuesOf(requirement: LabelRequirement): readonly string[] {
  return 'values' in requirement ? requirement.values : [];
}

function withPort<Rendered extends { port?: number | string }>(rendered: Rendered): Rendered {
  if (rendered.port === undefined) return rendered;
  const port = toPort(rendered.port);
  if (port === undefined) throw misfit(configMapPath('provisiondata', 'port'), 'port-format');
  return { ...rendered, port };
}
