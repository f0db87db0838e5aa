import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { KubeError, isKubeError, type KubeObject } from '@mesitis/kube';
import { STAGE_MS, example, makeNamespaces, raiseStage, type Stage } from './stage.js';

describe('admission on a real API server', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await raiseStage();
    await makeNamespaces(stage.kube, 'provider-ns');
  }, STAGE_MS);

  afterAll(() => stage.close(), STAGE_MS);

  const first = async (file: string): Promise<KubeObject> => {
    const [object] = await example(file, 'provider-ns');
    if (object === undefined) throw new Error(`${file} is empty`);
    return object;
  };
  const refusal = async (write: Promise<unknown>): Promise<string> => {
    const failure = await write.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!isKubeError(failure)) throw new Error('it was admitted');
    return failure instanceof KubeError ? failure.message : '';
  };

  test('refuses a bad catalog entry with every violation at once, each with its path', async () => {
    const message = await refusal(stage.kube.create(await first('bad-entry.yaml')));
    expect(message).toContain('denied the request');
    for (const path of ['descripton', 'description', 'whitelist', 'provisionkind']) {
      expect(message).toContain(`data.wrapped-resource: ${path}: `);
    }
  });

  test('refuses a bad wrapped object with every violation at once, each with its path', async () => {
    const message = await refusal(stage.kube.create(await first('bad-object.yaml')));
    expect(message).toContain('metadata.labels["mesitis/order"]: ');
    expect(message).toContain('data.wrapped-resource: kind: ');
  });

  test('admits the two oldest ConfigMaps as they are, and refuses a change that breaks one', async () => {
    const objects = await example('api-service.yaml', 'provider-ns');
    for (const object of objects) await stage.kube.create(object);
    const { name } = objects[0]?.metadata ?? {};
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'provider-ns', name: name ?? '' };
    const message = await refusal(
      stage.kube.patch(ref, { type: 'merge', body: { metadata: { labels: { 'mesitis/enabled': 'yes' } } } }),
    );
    expect(message).toContain('metadata.labels["mesitis/enabled"]: ');
    expect((await stage.kube.get(ref))?.metadata.labels?.['mesitis/enabled']).toBe('true');
  });

  test('leaves ConfigMaps of others alone', async () => {
    const other = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'other', namespace: 'provider-ns' },
    };
    expect((await stage.kube.create(other)).metadata.name).toBe('other');
  });

  test('restores its CA in the registration when that is wiped', async () => {
    const ref = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      name: stage.platform.webhookConfiguration,
    };
    const caOf = (object: KubeObject | undefined): unknown =>
      (object as unknown as { webhooks: { clientConfig: { caBundle?: string } }[] }).webhooks[0]?.clientConfig
        .caBundle;
    const before = caOf(await stage.kube.get(ref));
    const wiped = await stage.kube.patch(ref, {
      type: 'json',
      body: [{ op: 'remove', path: '/webhooks/0/clientConfig/caBundle' }],
    });
    const query = { apiVersion: ref.apiVersion, kind: ref.kind, fieldSelector: `metadata.name=${ref.name}` };
    const signal = AbortSignal.timeout(STAGE_MS / 4);
    let after: unknown;
    for await (const { object } of stage.kube.watch(query, wiped.metadata.resourceVersion ?? '', {
      signal,
    })) {
      after = caOf(object);
      if (after !== undefined) break;
    }
    expect(after).toBe(before);
  });
});
