import { SelectorError } from './selector-error.js';

/** The fields by which every server can select objects of every kind. */
export type SelectableField = 'metadata.name' | 'metadata.namespace';

/** One condition on one field. */
export interface FieldRequirement {
  readonly field: SelectableField;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** All requirements must hold; the empty selector selects everything. */
export type FieldSelector = readonly FieldRequirement[];

/**
 * Reads `field=value`, `field==value` and `field!=value`, joined by commas (API concepts, "Field Selectors").
 *
 * @throws SelectorError on another syntax or another field than `metadata.name` and `metadata.namespace`
 */
export function parseFieldSelector(text: string): FieldSelector {
  if (text.trim() === '') return [];
  return text.split(',').map((part) => {
    const match = /^\s*([^\s=!]+)\s*(==|=|!=)\s*([^\s=!]*)\s*$/.exec(part);
    const [, field, operator, value = ''] = match ?? [];
    if (field !== 'metadata.name' && field !== 'metadata.namespace') {
      throw new SelectorError(
        `The field selector "${text}" has "${part.trim()}" in it; ` +
          'write metadata.name=x or metadata.namespace=x (or !=), joined by commas.',
      );
    }
    return { field, operator: operator === '!=' ? '!=' : '=', value };
  });
}

/** Whether an object with this metadata is selected. A cluster-scoped object's namespace counts as empty. */
export function matchesFieldSelector(
  selector: FieldSelector,
  metadata: { readonly name?: string; readonly namespace?: string },
): boolean {
  return selector.every(({ field, operator, value }) => {
    const actual = (field === 'metadata.name' ? metadata.name : metadata.namespace) ?? '';
    return (actual === value) === (operator === '=');
  });
}
