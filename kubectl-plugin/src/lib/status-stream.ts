import type { KubeObject } from '@mesitis/kube';
import { formatObject, type ProgramOutput } from './output.js';
import { gistOf, tableOf, type TableLook } from './status-table.js';
import { columnWidths, renderTable, type Table } from './table.js';

/** Takes what is there, and then what changes, and prints it. */
export interface StatusStream {
  begin(objects: readonly KubeObject[]): void;
  next(object: KubeObject, gone: boolean): void;
  /** Resolves when all is printed. */
  end(): Promise<void>;
}

/**
 * A table, and below it a line for each change of what a line shows. Where nothing is there yet, the header comes with
 * the first line.
 * @param look asked each time: ages grow, and terminals are resized
 */
export function tableStream(look: () => TableLook, print: (text: string) => void): StatusStream {
  const shown = new Map<string, string>();
  let widths: number[] = [];
  let begun = false;
  const show = (table: Table): void => {
    begun = true;
    const whole = { ...table, atLeast: widths };
    widths = columnWidths(whole);
    print(renderTable(whole, look().width));
  };
  return {
    begin(objects) {
      for (const object of objects) shown.set(uidOf(object), gistOf(object));
      if (objects.length > 0) show(tableOf(objects, look()));
    },
    next(object, gone) {
      const uid = uidOf(object);
      const gist = gistOf(object);
      if (!gone && shown.get(uid) === gist) return;
      if (gone) shown.delete(uid);
      else shown.set(uid, gist);
      show(tableOf([object], { ...look(), headless: look().headless || begun }, gone));
    },
    end: () => Promise.resolve(),
  };
}

/** Each version of each object, one after the other, as kubectl prints it. */
export function objectStream(output: ProgramOutput, print: (text: string) => void): StatusStream {
  let printed = Promise.resolve();
  const show = (object: KubeObject): void => {
    printed = printed.then(async () => {
      const text = await formatObject(object, output);
      print(output === 'yaml' ? `---\n${text}` : text);
    });
  };
  return { begin: (objects) => objects.forEach(show), next: show, end: () => printed };
}

function uidOf({ metadata }: KubeObject): string {
  return metadata.uid ?? '';
}
