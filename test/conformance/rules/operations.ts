import type { RuleGroup } from './rule.js';

/** last_operation. */
export const LAST_OPERATION: RuleGroup = {
  title: 'Last operation',
  rules: [
    {
      id: 'L1',
      levels: ['must'],
      asked: '200 with a state: in progress, succeeded or failed.',
      answer: 'The description, never empty, tells what is awaited or what failed.',
    },
    {
      id: 'L2',
      levels: ['must not'],
      asked: '`instance_usable` and `update_repeatable` never for provision and never on bindings.',
      answer: 'For a failed update or deprovision alone, from 2.16 on.',
    },
    {
      id: 'L3',
      levels: ['must', 'may'],
      asked: '400 malformed, 404 unknown, 410 for asynchronous deletions alone.',
      answer:
        'A finished deletion is 410 to its own operation, which tells its kind, and 200 succeeded to any other or none for some minutes.',
    },
    {
      id: 'L4',
      levels: ['may', 'recommended'],
      asked: '`Retry-After`, rather in seconds than as a date.',
      answer: 'Seconds, on every 202 and every poll of an operation that runs, from 2.15 on.',
    },
    {
      id: 'L5',
      levels: ['should not'],
      asked: 'A final state is not forgotten right after it was reported.',
      answer: 'Kept with the instance, and for some minutes after a deletion.',
    },
    {
      id: 'L6',
      levels: ['defined'],
      asked: 'While a plan is changed, polls name the plan before; Service Catalog names the one after.',
      answer: 'Service and plan are hints and never checked.',
    },
    {
      id: 'L7',
      levels: ['defined'],
      asked: 'Polls on a binding without operation mean its only one.',
      answer: 'The binding is there (succeeded), was deleted lately (succeeded), or 404.',
    },
    {
      id: 'L8',
      levels: ['defined'],
      asked: 'Platforms stop polling after `maximum_polling_duration`.',
      answer: 'A duty of platforms. The time limit of an entry ends the operation itself as failed.',
      notApplicable: true,
    },
    {
      id: 'L9',
      levels: ['defined'],
      asked: 'Any other status lets the platform go on polling.',
      answer: '200 as long as it runs, whichever operation is named.',
    },
  ],
};

/** What answers trigger, and who asks. */
export const PLATFORMS: RuleGroup = {
  title: 'Orphans and profiles',
  rules: [
    {
      id: 'OM1',
      levels: ['defined'],
      asked: 'A 5xx to provision or bind makes platforms delete what they asked for.',
      answer: 'No mistake of a user is 5xx; what can not be taken back is, so that the DELETE comes.',
    },
    {
      id: 'OM2',
      levels: ['must'],
      asked: 'Platforms repeat that DELETE until it succeeds.',
      answer: 'A deprovision goes on where the one before stopped, and ends in 200 or 410.',
    },
    {
      id: 'PF1',
      levels: ['defined'],
      asked: 'The context of Kubernetes: namespace, clusterid, instance_name, annotations.',
      answer: 'The namespace is matched with the whitelist; the rest is for information.',
    },
    {
      id: 'PF2',
      levels: ['defined'],
      asked: 'The identity of Kubernetes: username, uid, groups, extra.',
      answer: 'Name and uid are recorded with the instance.',
    },
    {
      id: 'PF3',
      levels: ['defined'],
      asked: 'The context and bind resources of Cloud Foundry.',
      answer: '`cf:ORG/SPACE` in the whitelist; keys without an app are bound like any other.',
    },
    {
      id: 'PF4',
      levels: ['defined'],
      asked: 'The identity of Cloud Foundry: user_id.',
      answer: 'Recorded with the instance.',
    },
  ],
};

/** What is answered in which state. */
export const STATES: RuleGroup = {
  title: 'States',
  rules: [
    {
      id: 'ST1',
      levels: ['defined'],
      asked: 'Never seen.',
      answer: 'Provision makes it; deprovision 410; everything else 404.',
    },
    {
      id: 'ST2',
      levels: ['defined'],
      asked: 'Being provisioned.',
      answer:
        'The same provision 202, a different one 409, update 422, bind 422 after waiting, fetch 404; deprovision halts it.',
    },
    {
      id: 'ST3',
      levels: ['defined'],
      asked: 'Ready.',
      answer: 'The same provision 200, a different one 409; everything else is carried out.',
    },
    {
      id: 'ST4',
      levels: ['defined'],
      asked: 'Being updated.',
      answer:
        'The same update 202, another one 422, provision 422 or 409, fetch 422, bind 422 after waiting; deprovision halts it.',
    },
    {
      id: 'ST5',
      levels: ['defined'],
      asked: 'Being deprovisioned.',
      answer:
        'Deprovision 202 with the same operation; provision 422 or 409, update and bind 422, fetch 404.',
    },
    {
      id: 'ST6',
      levels: ['defined'],
      asked: 'Failed to provision.',
      answer: 'The same provision tries again, a different one 409, update and bind 422, fetch 404.',
    },
    {
      id: 'ST7',
      levels: ['defined'],
      asked: 'Deleted.',
      answer: 'As if never seen, except that last_operation says succeeded for some minutes.',
    },
  ],
};

/** What is sent to platforms of which version. */
export const VERSIONS: RuleGroup = {
  title: 'Versions',
  rules: [
    {
      id: 'SV14',
      levels: ['may'],
      asked: 'Since 2.14: fetches, asynchronous binds.',
      answer: 'Fetches are served to everybody; catalogs below 2.15 lack what came with it.',
    },
    {
      id: 'SV15',
      levels: ['may'],
      asked: 'Since 2.15: endpoints, `Retry-After`, `allow_context_updates`, `plan_updateable` of plans.',
      answer: 'Sent from 2.15 on.',
    },
    {
      id: 'SV16',
      levels: ['may'],
      asked: 'Since 2.16: `instance_usable`, `update_repeatable`, metadata of bindings.',
      answer: 'Sent from 2.16 on.',
    },
    {
      id: 'SV17',
      levels: ['may'],
      asked: 'Since 2.17: rotation.',
      answer: '`binding_rotatable` is published from 2.17 on.',
    },
  ],
};
