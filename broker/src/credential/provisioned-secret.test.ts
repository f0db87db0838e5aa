import { expect, test } from '@jest/globals';
import { MemoryKube } from '@mesitis/kube/memory';
import { credentialFromProvisionedSecret } from './from-provisioned-secret.js';

test('a Secret that holds the record of an instance is never delivered', async () => {
  const kube = new MemoryKube();
  kube.seed({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'record', namespace: 'provider-ns' },
    type: 'mesitis.io/instance',
    data: { record: Buffer.from('all of an instance').toString('base64') },
  });
  const source = credentialFromProvisionedSecret({ kube, waitMs: 1_000 });
  const binding = { instanceId: 'i', bindingId: 'b', provisionNamespace: 'provider-ns', parameters: {} };
  await expect(
    source.deliver({ kind: 'CredentialFromProvisionedSecret', secretName: 'record' }, binding, undefined),
  ).rejects.toMatchObject({
    code: 'OfferingMisconfigured',
    message: expect.stringContaining('is never delivered'),
  });
});
