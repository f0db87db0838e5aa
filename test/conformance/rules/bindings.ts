import type { RuleGroup } from './rule.js';

/** Bind. */
export const BIND: RuleGroup = {
  title: 'Bind',
  rules: [
    {
      id: 'B1',
      levels: ['must', 'should'],
      asked: '201 when this request made it, 200 with the same when it was made before, 202 while it runs.',
      answer: '201 and 200 with the full credentials; binds are always synchronous, so there is no 202.',
    },
    {
      id: 'B2',
      levels: ['must', 'may'],
      asked: '400 to malformed and invalid requests; 409 when the id is taken by a different binding.',
      answer:
        '400 with a word for each case; 409 `BindingExists` by service, plan, app, route and parameters, before the plan is compared with the instance.',
    },
    {
      id: 'B3',
      levels: ['must'],
      asked: '422 RequiresApp, ConcurrencyError and AsyncRequired.',
      answer: 'No app is needed; binds on one instance queue instead of being refused.',
    },
    {
      id: 'B4',
      levels: ['must'],
      asked: 'The answer holds the credentials.',
      answer: 'One flat map of coordinates (`uri`, `host`, `port`) and credentials.',
    },
    {
      id: 'B5',
      levels: ['should'],
      asked: 'Credentials of a binding are its own where the service can; endpoints stand beside them.',
      answer: '`endpoints` beside the credentials; credentials of their own by generated values and Vault.',
    },
    {
      id: 'B6',
      levels: ['must'],
      asked: 'Endpoints: host, ports as strings, protocol; complete if given.',
      answer: 'All ports of the Service or the port of the URL; absent where none is known.',
    },
    {
      id: 'B7',
      levels: ['must', 'must not'],
      asked: 'Log drains and route services come with `requires` and their URLs.',
      answer: 'Neither is offered, and neither field is ever sent.',
      notApplicable: true,
    },
    {
      id: 'B8',
      levels: ['must'],
      asked: 'Volume mounts have a driver, a directory, a mode and a device.',
      answer: 'Volumes are not offered, and the field is never sent.',
      notApplicable: true,
    },
    {
      id: 'B9',
      levels: ['must', 'should not'],
      asked: 'Metadata of a binding: times in UTC, nothing that is needed to connect.',
      answer: '`expires_at` for leased credentials alone.',
    },
    {
      id: 'B10',
      levels: ['defined'],
      asked: 'What can not be bound needs no bind.',
      answer: 'An entry with `bindable: false` answers 400 `NotBindable`.',
    },
  ],
};

/** Rotation, fetch and unbind. */
export const BINDINGS: RuleGroup = {
  title: 'Rotate, fetch and unbind',
  rules: [
    {
      id: 'R1',
      levels: ['defined'],
      asked: 'Rotation where the plan is `binding_rotatable`, from a binding of the same instance.',
      answer: 'Every plan that can be bound; any other predecessor is 400.',
    },
    {
      id: 'R2',
      levels: ['defined'],
      asked: 'Only `predecessor_binding_id` is required.',
      answer: 'Service, plan, parameters and app are taken from the predecessor.',
    },
    {
      id: 'R3',
      levels: ['must'],
      asked: 'The new binding has a new id; both are valid until one expires or is deleted.',
      answer: 'A binding of its own, answered like any bind.',
    },
    {
      id: 'F1',
      levels: ['must'],
      asked: 'With `bindings_retrievable`, for all bindable plans, from the moment that the bind succeeded.',
      answer: 'All services are retrievable.',
    },
    {
      id: 'F2',
      levels: ['must'],
      asked: '200 with what the bind answered, and the parameters.',
      answer: 'The same body, with `parameters` when there are any.',
    },
    {
      id: 'F3',
      levels: ['must'],
      asked: '404 when it does not exist or is still being made.',
      answer: '404 `BindingNotFound`.',
    },
    {
      id: 'N1',
      levels: ['must'],
      asked: 'Everything of the binding is deleted: 200, or 202.',
      answer: '200 `{}`, always synchronous.',
    },
    {
      id: 'N2',
      levels: ['must'],
      asked: '410 when there is no such binding; 400; 422 AsyncRequired and ConcurrencyError.',
      answer: '410 `{}` before 400 for missing ids; ids that merely differ are tolerated.',
    },
    {
      id: 'N3',
      levels: ['must', 'should'],
      asked: 'A deletion that is accepted while the creation runs halts that.',
      answer: 'A bind is never asynchronous: an unbind waits for it.',
    },
  ],
};
