import type { RuleGroup } from './rule.js';

/** Provision. */
export const PROVISION: RuleGroup = {
  title: 'Provision',
  rules: [
    {
      id: 'P1',
      levels: ['must'],
      asked: '201 when this request made the instance.',
      answer: '201 `{}`.',
    },
    {
      id: 'P2',
      levels: ['should'],
      asked: '200 when it was made before by the same request.',
      answer:
        '200 `{}`. The same means: service, plan, organization, space, namespace and parameters; the rest of the context may change.',
    },
    {
      id: 'P3',
      levels: ['must'],
      asked: '202 while it is being made, to repetitions too, with the same operation.',
      answer: '202 with `operation`; 200 once it is made.',
    },
    {
      id: 'P4',
      levels: ['must', 'may'],
      asked: '400 to malformed and incomplete requests, and to unknown ids.',
      answer: '400 with a word for each case; null and empty strings count as missing.',
    },
    {
      id: 'P5',
      levels: ['must'],
      asked: '409 when the id is taken by an instance with different attributes.',
      answer: '409 `InstanceExists`, also while that instance is being made, updated or taken away.',
    },
    {
      id: 'P6',
      levels: ['must'],
      asked: '422 AsyncRequired, and MaintenanceInfoConflict when the version is not that of the plan.',
      answer:
        '`AsyncRequired` before parameters are looked at; as no plan has maintenance, any version is a conflict, and `{}` is not.',
    },
    {
      id: 'P7',
      levels: ['must'],
      asked: 'A `dashboard_url` is in the first answer.',
      answer: 'There are no dashboards, so no answer has the field.',
      notApplicable: true,
    },
    {
      id: 'P8',
      levels: ['must'],
      asked: '`operation` is a string of at most 10,000 characters.',
      answer: 'A short string that names its kind; never null, and absent where nothing runs.',
    },
    {
      id: 'P9',
      levels: ['should'],
      asked: 'Parameters are validated.',
      answer: '400 `InvalidParameters` names the field and no value; defaults of the schema are applied.',
    },
    {
      id: 'P10',
      levels: ['defined'],
      asked: 'Instance metadata: labels and attributes.',
      answer: 'None are sent.',
      notApplicable: true,
    },
    {
      id: 'P11',
      levels: ['defined'],
      asked: 'Platforms should not use an id again, but some do.',
      answer: 'An id whose instance is gone can be used again at once.',
    },
  ],
};

/** Fetching instances. */
export const FETCH_INSTANCE: RuleGroup = {
  title: 'Fetch an instance',
  rules: [
    {
      id: 'G1',
      levels: ['must'],
      asked:
        'With `instances_retrievable`, for all plans, from the moment that last_operation says succeeded.',
      answer: 'All services are retrievable.',
    },
    {
      id: 'G2',
      levels: ['defined'],
      asked: '200 with service, plan, parameters and more, all optional.',
      answer: 'Service, plan, and the parameters as they were sent when there are any.',
    },
    {
      id: 'G3',
      levels: ['must'],
      asked: '404 when it does not exist or is still being made.',
      answer: '404 `InstanceNotFound`, also once a deprovision has begun.',
    },
    {
      id: 'G4',
      levels: ['must'],
      asked: '422 ConcurrencyError when it is being updated and can not be fetched therefore.',
      answer: '422 as long as the update runs.',
    },
  ],
};

/** Update. */
export const UPDATE: RuleGroup = {
  title: 'Update',
  rules: [
    {
      id: 'U1',
      levels: ['must not'],
      asked: 'What is absent does not change.',
      answer: 'Parameters merge field by field, so that `{}` changes nothing.',
    },
    {
      id: 'U2',
      levels: ['must', 'may'],
      asked: '200 when it is applied, or changes nothing.',
      answer: '200 `{}`.',
    },
    {
      id: 'U3',
      levels: ['must'],
      asked: '202 while it runs, to repetitions too.',
      answer: '202 with `operation` where the entry asks to wait for readiness.',
    },
    {
      id: 'U4',
      levels: ['must', 'may'],
      asked: '400 to malformed, incomplete and invalid requests.',
      answer: '400; parameters are validated as they will be after merging.',
    },
    {
      id: 'U5',
      levels: ['must'],
      asked: '422 to a change that is not supported, to AsyncRequired and MaintenanceInfoConflict.',
      answer: 'Plans change within a service only; the reserved words as for provision.',
    },
    {
      id: 'U6',
      levels: ['must not'],
      asked: 'After 4xx and 5xx nothing is applied.',
      answer: 'The state before is restored, objects included.',
    },
    {
      id: 'U7',
      levels: ['defined'],
      asked: 'A failed update may tell whether the instance is usable and the update repeatable.',
      answer:
        '`instance_usable` always, `update_repeatable: false` where a repetition can not help; from 2.16 on, on the answer and on last_operation.',
    },
    {
      id: 'U8',
      levels: ['defined'],
      asked: 'Plan, parameters and context come as the catalog allows.',
      answer: 'All three are taken.',
    },
  ],
};

/** Deprovision. */
export const DEPROVISION: RuleGroup = {
  title: 'Deprovision',
  rules: [
    {
      id: 'D1',
      levels: ['must'],
      asked: 'Everything of the instance is deleted: 200, or 202 and again 202 with the same operation.',
      answer: '200 `{}` or 202 when everything is gone, finalizers included.',
    },
    {
      id: 'D2',
      levels: ['must'],
      asked: '410 when there is no such instance; 400; 422 AsyncRequired and ConcurrencyError.',
      answer:
        '400 for missing ids, then AsyncRequired by the plan in the query, then 410 `{}`; ids that merely differ are tolerated.',
    },
    {
      id: 'D3',
      levels: ['must', 'should'],
      asked: 'A deletion that is accepted while the creation runs halts that and cleans up.',
      answer: 'The provisioning is halted and what it made is taken away; last_operation shows the deletion.',
    },
    {
      id: 'D4',
      levels: ['defined'],
      asked: 'Nothing is said about live bindings.',
      answer: 'They go with the instance.',
    },
  ],
};
