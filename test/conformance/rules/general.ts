import type { RuleGroup } from './rule.js';

/** What holds for every endpoint. */
export const GENERAL: RuleGroup = {
  title: 'Every request',
  rules: [
    {
      id: 'X1',
      levels: ['must'],
      asked: 'Authentication is checked on every request; a failure is 401.',
      answer: '401 before anything else, with `WWW-Authenticate` and a JSON body.',
    },
    {
      id: 'X2',
      levels: ['may'],
      asked: 'An API version that is not supported may be refused with 412 and the version that is needed.',
      answer:
        '412 when `X-Broker-API-Version` is missing, empty, unreadable or not 2.x; every 2.x is served.',
    },
    {
      id: 'X3',
      levels: ['should'],
      asked: 'The request identity is echoed on the answer.',
      answer: 'Echoed on every answer, errors included; none is invented.',
    },
    {
      id: 'X4',
      levels: ['defined'],
      asked: 'An originating identity may come with a request.',
      answer: 'Optional, taken for information only: one that can not be read counts as none.',
    },
    {
      id: 'X5',
      levels: ['must'],
      asked: 'Unknown JSON fields are ignored.',
      answer: 'Ignored in bodies, in the objects within them, and in queries.',
    },
    {
      id: 'X6',
      levels: ['must'],
      asked: 'A failure that has a status of its own is answered with exactly that one.',
      answer: 'One table of errors decides each status.',
    },
    {
      id: 'X7',
      levels: ['must', 'must not'],
      asked:
        'Error bodies hold `error` in CamelCase and `description`, never empty; `instance_usable` and `update_repeatable` only where they belong.',
      answer:
        'Both on every error except 410, which is `{}`; `instance_usable` on update and deprovision, `update_repeatable` on update, from 2.16 on.',
    },
    {
      id: 'X8',
      levels: ['must'],
      asked: 'The four reserved error words are used for their cases alone, with 422.',
      answer:
        '`AsyncRequired` and `ConcurrencyError` with the exact sentences that client libraries look for, and `MaintenanceInfoConflict`; `RequiresApp` never, as no binding needs an app.',
    },
    {
      id: 'X9',
      levels: ['must', 'should'],
      asked: 'A 4xx leaves everything as it was; so should a 5xx, and for an update it must.',
      answer: 'What was made is taken back, and after a failed update the state before is restored.',
    },
    {
      id: 'X10',
      levels: ['should'],
      asked: 'Bodies are `application/json`; a wrong content type or a body that can not be read is 400.',
      answer: 'Every answer is JSON; a body without a content type is taken for JSON, any other is 400.',
    },
    {
      id: 'X11',
      levels: ['recommended'],
      asked: 'Ids in URLs may hold any character, percent-encoded.',
      answer: 'Decoded; only blank, over-long (255) and control characters are refused.',
    },
    {
      id: 'X12',
      levels: ['should'],
      asked: 'Synchronous where it can be finished in time, else asynchronous; offering by offering.',
      answer:
        'Asynchronous where the entry asks to wait for readiness, synchronous elsewhere; where that takes longer than its budget, asynchronous if the platform accepts it.',
    },
    {
      id: 'X13',
      levels: ['must'],
      asked:
        'Asynchronous only with `accepts_incomplete=true`; without it what can not be synchronous is 422.',
      answer: '`AsyncRequired` unless the flag is exactly `true`; synchronous plans take no notice of it.',
    },
    {
      id: 'X14',
      levels: ['must'],
      asked: 'A request that a concurrent change makes impossible is 422 ConcurrencyError.',
      answer: '`ConcurrencyError`; binds wait for a while first, because Service Catalog never repeats them.',
    },
    {
      id: 'X15',
      levels: ['must'],
      asked: 'The same request again, while its operation runs, is 202 with the same operation.',
      answer: 'The same `operation`, for provision, update and deprovision.',
    },
  ],
};

/** The catalog. */
export const CATALOG: RuleGroup = {
  title: 'Catalog',
  rules: [
    {
      id: 'C1',
      levels: ['must'],
      asked: '200 with an array of services, which may be empty.',
      answer: '200; a catalog that could not be read yet is 503 and never an empty one.',
    },
    {
      id: 'C2',
      levels: ['must not'],
      asked: 'Ids of services and plans never change.',
      answer: 'They are written in the entry, and other entries that come or go do not touch them.',
    },
    {
      id: 'C3',
      levels: ['must'],
      asked: 'Services have unique names and ids, a description, `bindable`, and at least one plan.',
      answer:
        'All of them, and every flag written out; no `requires` and no `dashboard_client`, as neither is offered.',
    },
    {
      id: 'C4',
      levels: ['must'],
      asked: 'Plans have unique ids, names that are unique in their service, and a description.',
      answer: 'All of them, with `free`, `bindable` and `plan_updateable` written out.',
    },
    {
      id: 'C5',
      levels: ['recommended'],
      asked: 'Names that are easy to type; texts of at most 255 characters.',
      answer: 'Names are `team-offering` and `team-offering-version`, at most 63 characters.',
    },
    {
      id: 'C6',
      levels: ['must'],
      asked:
        'What the broker can do is said in the catalog: bind, change plans, take changes of the context.',
      answer: '`bindable` by entry; `plan_updateable` and `allow_context_updates` always.',
    },
    {
      id: 'C7',
      levels: ['must', 'must not'],
      asked: 'Schemas of parameters name their dialect, refer to nothing outside and have at most 64 kB.',
      answer: '`parameters` and `bindparameters` of the entry, draft-04 unless they name another dialect.',
    },
    {
      id: 'C8',
      levels: ['must'],
      asked: '`maintenance_info` has a semantic version.',
      answer: 'No plan has maintenance: another version of an offering is another plan.',
      notApplicable: true,
    },
    {
      id: 'C9',
      levels: ['may'],
      asked: 'The catalog may be cached by `ETag` and `If-Modified-Since`.',
      answer: '`ETag` and `Last-Modified`; 304 to either, and the ETag wins.',
    },
    {
      id: 'C10',
      levels: ['recommended'],
      asked: 'Metadata follow the conventions.',
      answer: '`displayName`, `documentationUrl`, `supportUrl`, `imageUrl` when the entry has them.',
    },
  ],
};
