import { expect, test } from '@jest/globals';
import { waitProgress } from './wait-progress.js';

const line = (text: string): string => `level=DEBUG msg="waiting for resource" ${text}`;

test.each([
  [
    line('namespace=api-ns name=db kind=Deployment expectedStatus=Current actualStatus=InProgress'),
    'Deployment api-ns/db: in progress',
  ],
  [
    line('namespace="" name=x kind=Namespace expectedStatus=NotFound actualStatus=Terminating'),
    'Namespace x: going away',
  ],
  [line('namespace=a name=b kind=C expectedStatus=Current actualStatus=New'), 'C a/b: New'],
  ['level=DEBUG msg="creating resource(s)" resources=2', undefined],
  ['Error: waiting for resource', undefined],
])('of %s is told: %s', (text, progress) => {
  expect(waitProgress(text)).toBe(progress);
});
