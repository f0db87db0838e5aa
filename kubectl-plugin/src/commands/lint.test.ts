import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryKube } from '@mesitis/kube/memory';
import { runPlugin, type RunResult } from '../testing/run-plugin.js';

const configMap = (payload: string, enabled = 'true'): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: forecast
  labels: { mesitis/kind: catalog-entry, mesitis/enabled: "${enabled}" }
data:
  wrapped-resource: |
    ${payload.replaceAll('\n', '\n    ')}
`;
const PAYLOAD = `team: api
offering: weather
description: Forecasts
uuid: u1
version: "1"
whitelist: ["*"]
provisionkind: ProvisionNonClusterURL
provisiondata: { url: "https://weather.example.com" }
credentialkind: CredentialNoCredential`;
const GOOD = configMap(PAYLOAD);
const DOUBTFUL = configMap(PAYLOAD.replace('["*"]', '[a, a]'));
const BAD = configMap(PAYLOAD.replace('Forecasts', '"<&>" # %\nfree: 7'));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mesitis-lint-'));
});
afterEach(() => rm(folder, { recursive: true }));

const lint = (argv: string[], input?: string): Promise<RunResult> =>
  runPlugin(['lint', ...argv], new MemoryKube(), input === undefined ? {} : { input });

describe('the exit code', () => {
  test.each<{ title: string; argv: string[]; input: string; exitCode: number; err: string }>([
    {
      title: '0 when there is nothing to say',
      argv: ['-'],
      input: GOOD,
      exitCode: 0,
      err: '1 ConfigMap of 1 file: nothing to say\n',
    },
    {
      title: '0 for a warning',
      argv: ['-'],
      input: DOUBTFUL,
      exitCode: 0,
      err: '1 ConfigMap of 1 file: 0 errors, 1 warning\n',
    },
    {
      title: '1 for a warning when it is to count',
      argv: ['-', '--fail-on', 'warning'],
      input: DOUBTFUL,
      exitCode: 1,
      err: 'error: 1 ConfigMap of 1 file: 0 errors, 1 warning\n',
    },
    {
      title: '1 for an error',
      argv: ['-'],
      input: BAD,
      exitCode: 1,
      err: 'error: 1 ConfigMap of 1 file: 1 error, 0 warnings\n',
    },
    {
      title: '0 for what is not ours',
      argv: ['-'],
      input: 'kind: Pod',
      exitCode: 0,
      err: 'no ConfigMap with the label mesitis/kind in 1 file\n',
    },
  ])('$title', async ({ argv, input, exitCode, err }) => {
    expect(await lint(argv, input)).toMatchObject({ exitCode, err });
  });

  test.each<[string, string[], string, RegExp]>([
    [
      'input that is no YAML',
      ['-'],
      'mesitis/kind: [',
      /^error: -:1:16: is neither YAML nor JSON: (?!.*--help)/,
    ],
    [
      'a file that is not there',
      ['/does/not/exist'],
      '',
      /^error: \/does\/not\/exist: can't be read: ENOENT(?!.*--help)/,
    ],
    [
      'nothing',
      [],
      '',
      /^error: name a file, a folder, or - for standard input; see kubectl mesitis lint --help/,
    ],
    [
      'a rule that there is not',
      ['--explain', 'MES06'],
      '',
      /^error: there is no rule 'MES06'; did you mean MES006\?/,
    ],
  ])('2 for %s', async (_, argv, input, err) => {
    expect(await lint(argv, input)).toMatchObject({ exitCode: 2, out: '', err: expect.stringMatching(err) });
  });
});

test('looks into folders, in the order of names, and not at what is hidden or of other types', async () => {
  await mkdir(join(folder, 'b'));
  await mkdir(join(folder, '.git'));
  for (const file of ['c.json', 'b/b.yml', 'a.yaml', 'd.txt', '.git/e.yaml']) {
    await writeFile(join(folder, file), BAD);
  }
  const { out } = await lint([folder]);
  expect(out.split('\n').map((line) => line.slice(folder.length + 1).split(':')[0])).toEqual([
    'a.yaml',
    'b/b.yml',
    'c.json',
    '',
  ]);
});

test('reads what it can of a folder, and says what it can not; it does not go round in circles', async () => {
  await mkdir(join(folder, 'a'));
  await symlink('..', join(folder, 'a', 'up'));
  await symlink('self.yaml', join(folder, 'a', 'self.yaml'));
  await symlink(join('..', 'z.yaml'), join(folder, 'a', 'link.yaml'));
  await writeFile(join(folder, 'utf16.yaml'), BAD, 'utf16le');
  await writeFile(join(folder, 'z.yaml'), BAD);
  const { out, err, exitCode } = await lint([folder, '-o', 'github']);
  expect(out.match(/file=[^,]*/g)).toEqual([`file=${folder}/a/link.yaml`, `file=${folder}/z.yaml`]);
  expect(err.replaceAll(folder, 'F')).toBe(
    "error: F/a/self.yaml: can't be read: ELOOP: too many symbolic links encountered, open 'F/a/self.yaml'; F/utf16.yaml: is not UTF-8: save it as UTF-8\n",
  );
  expect(exitCode).toBe(2);
});

test('explains a rule', async () => {
  expect((await lint(['--explain', 'mes036'])).out).toBe(
    'MES036 (warning): The whitelist names each consumer once. Where it is meant so, the annotation mesitis/ignore: "MES036 REASON" silences it.\n\nBad, in the payload of an entry:\n  whitelist: [client-ns, client-ns]\nGood:\n  whitelist: [client-ns]\n',
  );
});

describe('tells each violation', () => {
  const message =
    'must be true or false, without quotes but is a number; write true or false, without quotes';
  const where = { line: 11, column: 11 };

  test('as a line that editors understand', async () => {
    expect((await lint(['-'], BAD)).out).toBe(
      `-:11:11: error MES025 data.wrapped-resource: free: ${message}\n`,
    );
  });

  test('as JSON', async () => {
    expect(JSON.parse((await lint(['-', '-o', 'json'], BAD)).out)).toEqual({
      errors: 1,
      warnings: 0,
      files: [
        {
          file: '-',
          configMaps: ['forecast'],
          findings: [
            {
              file: '-',
              ...where,
              configMap: 'forecast',
              rule: 'MES025',
              severity: 'error',
              path: 'data.wrapped-resource: free',
              message,
            },
          ],
        },
      ],
    });
  });

  test('as an annotation of GitHub', async () => {
    expect((await lint(['-', '-o', 'github'], BAD)).out).toBe(
      `::error file=-,line=11,col=11,title=MES025::data.wrapped-resource: free: ${message}\n`,
    );
  });

  test('as SARIF', async () => {
    expect(JSON.parse((await lint(['-', '-o', 'sarif'], BAD)).out)).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'kubectl-mesitis', rules: [{ id: 'MES025' }] } },
          results: [
            {
              ruleId: 'MES025',
              level: 'error',
              message: { text: `data.wrapped-resource: free: ${message}` },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: '-' },
                    region: { startLine: 11, startColumn: 11 },
                  },
                },
              ],
            },
          ],
        },
      ],
    });
  });

  test('as SARIF, with an address of the file that is one', async () => {
    const file = join(folder, 'a:b #1%.yaml');
    await writeFile(file, BAD);
    const { out } = await lint([file, '-o', 'sarif']);
    expect(out).toContain(`"uri": "${folder}/a%3Ab%20%231%25.yaml"`);
  });

  test('of a ConfigMap whose name is no text', async () => {
    const { out } = await lint(['-', '-o', 'junit'], BAD.replace('name: forecast', 'name: on'));
    expect(out).toContain('<testcase classname="-" name="true"><failure');
  });

  test('as JUnit XML, in which nothing is markup that should not be', async () => {
    const odd = GOOD.replace('mesitis/enabled: "true"', 'mesitis/enabled: "<&>"');
    const { out } = await lint(
      ['-', '-o', 'junit'],
      `${GOOD.replace('forecast', 'other').replace('u1', 'u2').replace('weather\n', 'wind\n')}---\n${odd}`,
    );
    expect(out).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="kubectl mesitis lint">
  <testsuite name="-" tests="2" failures="1">
    <testcase classname="-" name="other"></testcase>
    <testcase classname="-" name="forecast"><failure message="broken rules: 2">-:22:59: error MES005 metadata.labels[&quot;mesitis/enabled&quot;]: must consist of letters, digits, &quot;-&quot;, &quot;_&quot; and &quot;.&quot;, and start and end with a letter or digit; correct it
-:22:59: error MES002 metadata.labels[&quot;mesitis/enabled&quot;]: is &quot;&lt;&amp;&gt;&quot;; write &quot;true&quot; or &quot;false&quot;</failure></testcase>
  </testsuite>
</testsuites>
`);
  });
});
