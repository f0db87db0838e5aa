import type { RuleGroup } from './rule.js';

/** What the platforms do that most people have. */
export const KNOWN_PLATFORMS: RuleGroup = {
  title: 'Platforms in practice',
  rules: [
    {
      id: 'SC1',
      levels: ['practice'],
      asked: 'Service Catalog repeats every 4xx but 400 for ever.',
      answer: 'What a repetition can not mend is 400.',
    },
    {
      id: 'SC2',
      levels: ['practice'],
      asked: 'After 5xx Service Catalog deletes, then provisions again with the same id.',
      answer: 'The id can be used again as soon as the deletion is answered.',
    },
    {
      id: 'SC3',
      levels: ['practice'],
      asked:
        'Service Catalog binds without `accepts_incomplete`, and binds again when it could not write the Secret.',
      answer: 'Binds are synchronous, and a repetition has the full credentials.',
    },
    {
      id: 'SC4',
      levels: ['practice'],
      asked: 'Service Catalog makes every credential a key of a Secret, and drops `endpoints`.',
      answer: 'Coordinates are among the credentials; all names can be keys.',
    },
    {
      id: 'SC5',
      levels: ['practice'],
      asked: 'Service Catalog deletes with the plan that an unfinished update named.',
      answer: 'Another plan of the service is tolerated.',
    },
    {
      id: 'SC6',
      levels: ['practice'],
      asked: 'Service Catalog sends updates that change nothing.',
      answer: '200 `{}`, synchronously, whatever the plan.',
    },
    {
      id: 'SC7',
      levels: ['practice'],
      asked: 'Service Catalog polls when a body has the key `async`.',
      answer: 'No answer has it.',
    },
    {
      id: 'SC8',
      levels: ['practice'],
      asked: 'Service Catalog takes an absent `free` for false, and names and ids of 63 characters.',
      answer: '`free` is always there; names and ids are checked when they are published.',
    },
    {
      id: 'CF1',
      levels: ['practice'],
      asked: 'Cloud Foundry sends the plan and `"parameters":{}` with every update.',
      answer: 'Neither changes anything.',
    },
    {
      id: 'CF2',
      levels: ['practice'],
      asked: 'Cloud Foundry refuses `"operation":null`.',
      answer: 'A string or absent.',
    },
    {
      id: 'CF3',
      levels: ['practice'],
      asked: 'Cloud Foundry takes 404 to a deletion for a failure, and needs a JSON object.',
      answer: '200 or 410, always `{}`.',
    },
    {
      id: 'CF4',
      levels: ['practice'],
      asked: 'Cloud Foundry cleans up after 422 with a word that it does not know.',
      answer: 'Refused requests are 400; 422 is for the reserved words and for states.',
    },
  ],
};

/** What openservicebrokerapi/osb-checker asks for. */
export const GO_CHECKER: RuleGroup = {
  title: 'The suite openservicebrokerapi/osb-checker',
  rules: [
    {
      id: 'GO1',
      levels: ['suite'],
      asked: 'The catalog; like every endpoint 412 to an empty version header, then 401 without credentials.',
      answer: 'As asked.',
    },
    {
      id: 'GO2',
      levels: ['suite'],
      asked:
        'Provision with `"maintenance_info":{}`: 422 without the flag (asynchronous plans), 400 for empty and unknown ids, 202 or 201, polls that name the kind, then 200.',
      answer: 'As asked: unknown operations in polls are tolerated.',
    },
    {
      id: 'GO3',
      levels: ['suite'],
      asked: 'Fetch an instance: 200.',
      answer: 'As asked.',
    },
    {
      id: 'GO4',
      levels: ['suite'],
      asked: 'Update with `"previous_values":{"maintenance_info":{}}`: 422, 400, then 202 or 200.',
      answer: 'As asked, for changes that change something.',
    },
    {
      id: 'GO5',
      levels: ['suite'],
      asked: 'Bind with `"bind_resource":{}`, fetch, unbind: 400 for empty ids while the binding exists.',
      answer: 'As asked, with bindings configured as synchronous.',
    },
    {
      id: 'GO6',
      levels: ['suite'],
      asked: 'Deprovision; polls of an asynchronous one must end in 200 succeeded.',
      answer: 'As asked, since its polls never carry the operation that we gave.',
    },
  ],
};

/** What evoila/osb-checker-kotlin asks for. */
export const KOTLIN_CHECKER: RuleGroup = {
  title: 'The suite evoila/osb-checker-kotlin',
  rules: [
    {
      id: 'KT1',
      levels: ['suite'],
      asked: 'A catalog with no fields of plans that came after 2.15, and names in lower case.',
      answer: 'As asked at 2.13, 2.14 and 2.15.',
    },
    {
      id: 'KT2',
      levels: ['suite'],
      asked:
        '401 without credentials, with a wrong user and a wrong password, even when the version is broken.',
      answer: 'As asked: 401 comes before 412.',
    },
    {
      id: 'KT3',
      levels: ['suite'],
      asked: '412 without a version, also without a body.',
      answer: 'As asked: 412 comes before the body is read.',
    },
    {
      id: 'KT4',
      levels: ['suite'],
      asked:
        'Synchronous provision 201 or AsyncRequired; the deprovision after it 200 or AsyncRequired, though nothing exists.',
      answer: 'As asked: AsyncRequired comes before existence.',
    },
    {
      id: 'KT5',
      levels: ['suite'],
      asked:
        '400 for missing and unknown ids; from 2.15 on MaintenanceInfoConflict for any plan, and nothing is made.',
      answer: 'As asked.',
    },
    {
      id: 'KT6',
      levels: ['suite'],
      asked: 'Deprovision of nothing: 400 when an id is missing, else 410.',
      answer: 'As asked.',
    },
    {
      id: 'KT7',
      levels: ['suite'],
      asked:
        'Provision, poll, again 200, with another organization and space 409; bodies of known fields alone.',
      answer: 'As asked.',
    },
    {
      id: 'KT8',
      levels: ['suite'],
      asked:
        'Bind 201, again 200, with another service 409; 400 without ids; 410 for an unknown binding even without ids; no `endpoints`.',
      answer: 'As asked at 2.13 and 2.14; from 2.15 on `endpoints` are legal and sent.',
    },
    {
      id: 'KT9',
      levels: ['suite'],
      asked: 'Deprovision; polls of an asynchronous one must end in 410, and another deprovision is 410.',
      answer: 'As asked, since its polls carry the operation that we gave.',
    },
    {
      id: 'KT10',
      levels: ['suite'],
      asked: 'The request identity is echoed.',
      answer: 'As asked.',
    },
  ],
};
