import type { Narrator } from './narrator.js';

/** What the story needs to know of the installation that it is told on. */
export interface Stage {
  /** The namespace of the platform chart. */
  platformNamespace: string;
  /** The ValidatingWebhookConfiguration of the platform chart. */
  webhookConfiguration: string;
  /** Where the catalog controller reaches the broker. */
  brokerUrl: string;
  /** The Secret in `provider-ns` with the broker's username and password. */
  brokerSecret: string;
  /** The kinds of the objects made in `api-ns` since the story began, in the order in which the API server took them. */
  madeInOrder: () => Promise<string[]>;
}

const MADE = 'kubectl get deployments,services -n api-ns -l app.kubernetes.io/managed-by=mesitis';

/**
 * The whole life of an offering, told in the commands that people type: published, refused, admitted, seen,
 * provisioned, bound, used and given back. Every expectation is part of the story.
 */
export async function tell(narrator: Narrator, stage: Stage): Promise<void> {
  await platformIsUp(narrator, stage);
  await badInputIsRefused(narrator);
  await offeringsArePublished(narrator);
  await brokerIsRegistered(narrator, stage);
  await consumersSeeTheirs(narrator);
  await consumerGetsASecret(narrator, stage);
  await othersAreRefused(narrator);
  await everythingIsGivenBack(narrator);
}

async function platformIsUp(narrator: Narrator, stage: Stage): Promise<void> {
  narrator.chapter('1. The platform and a broker are up');
  narrator.say(
    `The platform engineer installed chart \`mesitis-platform\` in \`${stage.platformNamespace}\` and, for the API team, ` +
      'chart `mesitis` in `provider-ns`, both rendered by the real helm. Here the servers run as processes beside the ' +
      "API server, with the tokens of the charts' own ServiceAccounts, so the Deployments count no replicas.",
  );
  await narrator.run('kubectl get namespaces provider-ns api-ns client-ns other-ns', { shows: ['Active'] });
  await narrator.run(`kubectl get deployments,serviceaccounts -n ${stage.platformNamespace}`, {
    shows: ['webhook', 'catalog'],
  });
  await narrator.run('kubectl get deployments,services,secrets -n provider-ns', {
    shows: [stage.brokerSecret],
  });
  narrator.say('The webhook made its own certificate and put its CA into the registration:');
  await narrator.run(
    `kubectl get validatingwebhookconfiguration ${stage.webhookConfiguration} -o jsonpath='{.webhooks[0].clientConfig.caBundle}' | base64 -d | head -n 1`,
    { shows: ['-----BEGIN CERTIFICATE-----'] },
  );
}

async function badInputIsRefused(narrator: Narrator): Promise<void> {
  narrator.chapter('2. Admission refuses what is wrong, and says what to change');
  narrator.say('The API team publishes from its own namespace. A bad catalog entry:');
  await narrator.run('cat bad-entry.yaml', { shows: ['descripton'] });
  await narrator.run('kubectl apply --context provider -f bad-entry.yaml', {
    exitCode: 1,
    shows: [
      'denied the request',
      /data\.wrapped-resource: descripton: .*did you mean description/,
      /data\.wrapped-resource: whitelist: /,
      /data\.wrapped-resource: provisionkind: .*did you mean ProvisionConfigMapObjects/,
    ],
  });
  narrator.say('A bad wrapped object:');
  await narrator.run('kubectl apply --context provider -f bad-object.yaml', {
    exitCode: 1,
    shows: ['denied the request', /metadata\.labels\["mesitis\/order"\]: /, /data\.wrapped-resource: kind: /],
  });
  await narrator.run('kubectl get configmaps --context provider -l mesitis/kind', {
    shows: ['No resources found'],
  });
}

async function offeringsArePublished(narrator: Narrator): Promise<void> {
  narrator.chapter('3. The API team publishes three offerings');
  await narrator.run('cat api-service.yaml', { shows: ['"uuid":"3"'] });
  await narrator.run('kubectl apply --context provider -f api-service.yaml -f api-service-deployment.yaml', {
    shows: [
      'configmap/wrapped-entry-api-api-service created',
      'configmap/wrapped-api-service created',
      'configmap/wrapped-api-deployment created',
    ],
  });
  narrator.say('An external URL, and a Service that runs in the cluster already:');
  await narrator.run('kubectl apply --context provider -f weather.yaml -f shared-database.yaml', {
    shows: [
      'configmap/wrapped-entry-api-weather created',
      'configmap/wrapped-entry-api-shared-database created',
    ],
  });
}

async function brokerIsRegistered(narrator: Narrator, stage: Stage): Promise<void> {
  narrator.chapter('4. The broker is registered, classes and plans appear');
  const manifest = [
    'apiVersion: servicecatalog.k8s.io/v1beta1',
    'kind: ClusterServiceBroker',
    'metadata:',
    '  name: api-team',
    'spec:',
    `  url: ${stage.brokerUrl}`,
    '  relistDuration: 1m',
    '  authInfo:',
    '    basic:',
    `      secretRef: {namespace: provider-ns, name: ${stage.brokerSecret}}`,
  ].join('\n');
  await narrator.run(`kubectl apply -f - <<'EOF'\n${manifest}\nEOF`, {
    shows: ['clusterservicebroker.servicecatalog.k8s.io/api-team created'],
  });
  await narrator.run('kubectl wait clusterservicebroker/api-team --for=condition=Ready --timeout=30s', {
    shows: ['condition met'],
  });
  await narrator.run('kubectl get clusterservicebrokers,clusterserviceclasses,clusterserviceplans', {
    shows: ['api-api-service-1', 'api-weather-2', 'api-shared-database-1'],
  });
}

async function consumersSeeTheirs(narrator: Narrator): Promise<void> {
  narrator.chapter('5. Each namespace sees what whitelists it, and only that');
  await narrator.run('kubectl mesitis catalog --context client', {
    shows: ['api-api-service', 'api-weather'],
    hides: ['shared-database'],
  });
  await narrator.run('kubectl mesitis catalog --context other', {
    shows: ['api-weather', 'api-shared-database'],
    hides: ['api-api-service'],
  });
}

async function consumerGetsASecret(narrator: Narrator, stage: Stage): Promise<void> {
  narrator.chapter('6. Provision, bind, read the Secret');
  await narrator.run('kubectl mesitis provision api-service --name my-api --context client', {
    shows: ['my-api'],
  });
  await narrator.run(MADE, { shows: ['back-end', 'back-end-service'] });
  const made = await stage.madeInOrder();
  narrator.check(`made in the declared order: ${made.join(', then ')}`, made.join() === 'Deployment,Service');
  await narrator.run('kubectl mesitis bind my-api --context client', { shows: ['my-api'] });
  await narrator.run('kubectl mesitis secret my-api --context client', {
    shows: ['host', 'port', 'uri', 'username', 'password'],
    hides: ['iamthepassword'],
  });
  await narrator.run('kubectl mesitis secret my-api --show --context client', {
    shows: ['back-end-service.api-ns.svc', 'iamtheuser', 'iamthepassword'],
  });
  await narrator.run('kubectl get secret my-api --context client -o jsonpath={.data.password} | base64 -d', {
    shows: ['iamthepassword'],
  });
  await narrator.run('kubectl mesitis status my-api --context client', { shows: ['my-api', 'Ready'] });
  narrator.say(
    'The external URL works the same; nothing is made for it, and its token comes from the provider’s Secret:',
  );
  await narrator.run('kubectl mesitis provision weather --context client', { shows: ['weather'] });
  await narrator.run('kubectl mesitis bind weather --context client', { shows: ['weather'] });
  await narrator.run('kubectl mesitis secret weather uri --context client', {
    shows: ['https://weather.example.com/v2'],
  });
  await narrator.run('kubectl mesitis secret weather token --context client', { shows: ['not-a-real-key'] });
  narrator.say('And the shared Service, in a namespace that its entry whitelists:');
  await narrator.run('kubectl mesitis provision shared-database --context other', {
    shows: ['shared-database'],
  });
  await narrator.run('kubectl mesitis bind shared-database --context other', { shows: ['shared-database'] });
  await narrator.run('kubectl mesitis secret shared-database uri --context other', {
    shows: ['postgresql://reporting-database.api-ns.svc.cluster.local:5432'],
  });
}

async function othersAreRefused(narrator: Narrator): Promise<void> {
  narrator.chapter('7. Who is not whitelisted is refused, even around the plugin');
  await narrator.run('kubectl mesitis provision api-service --context other', {
    exitCode: 1,
    shows: ["'api-service' is not for namespace other-ns"],
  });
  await narrator.run('cat going-around.yaml', { shows: ['ServiceInstance'] });
  await narrator.run('kubectl apply --context other -f going-around.yaml', { shows: ['created'] });
  await narrator.run(
    'kubectl wait serviceinstance/going-around --context other --for=condition=Failed --timeout=30s',
    {
      shows: ['condition met'],
    },
  );
  await narrator.run('kubectl mesitis status going-around --context other', {
    shows: ['Failed=True', 'not open to namespace other-ns', 'whitelist'],
  });
  await narrator.run('kubectl delete serviceinstance going-around --context other', { shows: ['deleted'] });
}

async function everythingIsGivenBack(narrator: Narrator): Promise<void> {
  narrator.chapter('8. Unbind, deprovision: nothing is left');
  await narrator.run('kubectl mesitis deprovision my-api --yes --context client', {
    exitCode: 1,
    shows: ['my-api'],
  });
  for (const [name, context] of [
    ['my-api', 'client'],
    ['weather', 'client'],
    ['shared-database', 'other'],
  ] as const) {
    await narrator.run(`kubectl mesitis unbind ${name} --context ${context}`, { shows: [name] });
    await narrator.run(`kubectl get secret ${name} --context ${context}`, {
      exitCode: 1,
      shows: ['not found'],
    });
    await narrator.run(`kubectl mesitis deprovision ${name} --yes --context ${context}`, { shows: [name] });
  }
  await narrator.run(MADE, { shows: ['No resources found'] });
  await narrator.run('kubectl get serviceinstances,servicebindings --all-namespaces', {
    shows: ['No resources found'],
  });
  narrator.say('The API team withdraws its offerings, and the broker is deregistered:');
  await narrator.run('kubectl delete --context provider -f api-service.yaml -f api-service-deployment.yaml', {
    shows: ['deleted'],
  });
  await narrator.run('kubectl delete --context provider -f weather.yaml -f shared-database.yaml', {
    shows: ['deleted'],
  });
  await narrator.run('kubectl delete clusterservicebroker api-team', { shows: ['deleted'] });
  await narrator.run('kubectl get clusterservicebrokers,clusterserviceclasses,clusterserviceplans', {
    shows: ['No resources found'],
  });
}
