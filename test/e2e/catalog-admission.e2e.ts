import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { refOf, type KubeObject } from '@mesitis/kube';
import { kubectlFor, type Kubectl } from '../cluster/kubectl.js';
import {
  STAGE_MS,
  bindingOf,
  instanceOf,
  isTrue,
  makeNamespaces,
  raiseStage,
  registerBroker,
  untilGone,
  untilObject,
  type Stage,
} from './stage.js';
import { entryOf } from './offerings.js';

const API = 'servicecatalog.k8s.io/v1beta1';

describe('admission of what consumers write', () => {
  let stage: Stage;
  let kubectl: Kubectl;

  beforeAll(async () => {
    stage = await raiseStage();
    kubectl = await kubectlFor(stage.cluster);
    await makeNamespaces(stage.kube, 'client-ns');
    const broker = await stage.platform.startBroker({
      namespace: 'provider-ns',
      provisionNamespaces: ['api-ns'],
    });
    await stage.kube.create(
      entryOf('provider-ns', {
        offering: 'sized',
        uuid: 'sized',
        provisionnonclusterurl: { url: 'https://api.example.com/${parameters.size}' },
        credentialnocredential: {},
        parameters: {
          type: 'object',
          required: ['size'],
          additionalProperties: false,
          properties: { size: { enum: ['small', 'big'] } },
        },
      }),
    );
    await untilObject(stage.kube, await registerBroker(stage.kube, 'team', broker), isTrue('Ready'));
    const metadata = { name: 'jane', namespace: 'client-ns' };
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' };
    const subjects = [{ apiGroup: roleRef.apiGroup, kind: 'User', name: 'jane' }];
    const brokers = { apiGroups: ['servicecatalog.k8s.io'], resources: ['servicebrokers'], verbs: ['*'] };
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    for (const object of [
      { apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects },
      { apiVersion, kind: 'Role', metadata: { ...metadata, name: 'brokers' }, rules: [brokers] },
      {
        apiVersion,
        kind: 'RoleBinding',
        metadata: { ...metadata, name: 'brokers' },
        roleRef: { ...roleRef, kind: 'Role', name: 'brokers' },
        subjects,
      },
    ]) {
      await stage.kube.create(object);
    }
  }, STAGE_MS);

  afterAll(() => stage.close(), STAGE_MS);

  const asJane = (object: KubeObject): Promise<{ code: number; stderr: string }> =>
    kubectl.run(['apply', '--as', 'jane', '-f', '-'], JSON.stringify(object));
  const instance = (parameters: object): KubeObject => {
    const object = instanceOf('client-ns', 'mine', 'e2e-sized', 'e2e-sized-1');
    return { ...object, spec: { ...(object['spec'] as object), parameters } };
  };

  test(
    'who asks is known as the API server knows them, and stays so whatever the controller writes',
    async () => {
      const asked = instance({ size: 'small' });
      const lying = { ...asked, spec: { ...(asked['spec'] as object), userInfo: { username: 'root' } } };
      expect(await asJane(lying)).toMatchObject({ code: 0 });
      const ready = await untilObject(stage.kube, refOf(asked), isTrue('Ready'));
      expect(ready?.['spec']).toMatchObject({
        userInfo: { username: 'jane', groups: expect.arrayContaining(['system:authenticated']) },
        clusterServicePlanRef: { name: expect.any(String) },
      });
      expect(ready?.['status']).toMatchObject({ externalProperties: { userInfo: { username: 'jane' } } });
    },
    STAGE_MS,
  );

  test('parameters are held to the schema of the plan before anything is stored', async () => {
    const other = instance({ size: 'huge', colour: 'red' });
    const { code, stderr } = await asJane({ ...other, metadata: { ...other.metadata, name: 'other' } });
    expect(code).toBe(1);
    expect(stderr).toContain('spec.parameters.size: must be "small" or "big"');
    expect(stderr).toContain('spec.parameters: must NOT have additional properties: "colour"');
    const ref = { apiVersion: API, kind: 'ServiceInstance', namespace: 'client-ns', name: 'other' };
    expect(await stage.kube.get(ref)).toBeUndefined();
  });

  test(
    'a binding stays as it was made, with a warning, and neither waits while its instance goes',
    async () => {
      const binding = bindingOf('client-ns', 'mine');
      expect(await asJane(binding)).toMatchObject({ code: 0 });
      await untilObject(stage.kube, refOf(binding), isTrue('Ready'));
      const spec = { ...(binding['spec'] as object), secretName: 'another' };
      const changed = await asJane({ ...binding, spec });
      expect(changed.stderr).toContain('Warning: spec: a binding can not be changed');
      expect((await stage.kube.get(refOf(binding)))?.['spec']).toMatchObject({
        secretName: 'mine',
        userInfo: { username: 'jane' },
      });

      await stage.kube.remove(refOf(instance({})));
      const late = bindingOf('client-ns', 'mine');
      const { stderr } = await asJane({ ...late, metadata: { ...late.metadata, name: 'late' } });
      expect(stderr).toContain(
        'ServiceBinding client-ns/late references a ServiceInstance that is being deleted: client-ns/mine',
      );
      await stage.kube.remove(refOf(binding));
      await untilGone(stage.kube, refOf(instance({})));
    },
    STAGE_MS,
  );

  test('a broker is registered only with a Secret that its author may read', async () => {
    const broker = {
      apiVersion: API,
      kind: 'ServiceBroker',
      metadata: { name: 'mine', namespace: 'client-ns' },
      spec: { url: 'https://broker.example.com', authInfo: { basic: { secretRef: { name: 'not-mine' } } } },
    };
    const kept = await stage.kube.get({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      namespace: 'client-ns',
      name: 'jane',
    });
    expect(kept).toBeDefined();
    // The role edit may read Secrets.
    expect(await asJane(broker)).toMatchObject({ code: 0 });
    await stage.kube.remove(refOf(broker));
    await stage.kube.remove(refOf(kept as KubeObject));
    const { stderr } = await asJane({ ...broker, metadata: { ...broker.metadata, name: 'other' } });
    expect(stderr).toContain('broker forbidden access to auth secret (not-mine)');
  });
});
