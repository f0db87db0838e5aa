import { formatPath, type Path } from '../path.js';

/**
 * A template that gave no value. The message says where in it, and what is wrong; never a value that came out, since
 * that may be a parameter or a password.
 */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  /** Where in the template: `spec.replicas`; empty when the template is a single string. */
  readonly path: string;

  constructor(path: Path, problem: string) {
    const place = formatPath(path);
    super(place === '' ? problem : `${place}: ${problem}`);
    this.path = place;
  }
}
