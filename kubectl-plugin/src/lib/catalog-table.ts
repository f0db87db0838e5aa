import { freeWord, isOpenTo, type Offering } from './catalog.js';
import type { Colors } from './colors.js';
import { renderTable, type Cell } from './table.js';

/** How the list of offerings is drawn. */
export interface CatalogLook {
  /** What is told besides: nothing; whether the namespace may have it; in which namespace it is and for whom. */
  columns: 'plain' | 'whether open' | 'for whom';
  /** The namespace that asks. */
  namespace: string;
  headless: boolean;
  width: number | undefined;
  colors: Colors;
}

const HEADERS: Readonly<Record<CatalogLook['columns'], string[]>> = {
  plain: ['OFFERING', 'PLAN', 'TEAM', 'FREE', 'KIND', 'DESCRIPTION'],
  'whether open': ['OFFERING', 'PLAN', 'TEAM', 'FREE', 'OPEN', 'KIND', 'DESCRIPTION'],
  'for whom': ['NAMESPACE', 'OFFERING', 'PLAN', 'TEAM', 'FREE', 'KIND', 'FOR'],
};

/** One line for each plan. */
export function catalogTable(offerings: readonly Offering[], look: CatalogLook): string {
  const rows = offerings.map((offering) => row(offering, look));
  // The name of an offering begins with its team anyway.
  const giving = { leaveOut: ['TEAM', 'KIND'], keep: 16 };
  return renderTable({ header: HEADERS[look.columns], rows, headless: look.headless, giving }, look.width);
}

function row(each: Offering, { columns, namespace, colors }: CatalogLook): (Cell | string)[] {
  const { offering, plan, team = '', provisionedAs = '', description, object, whitelist = ['*'] } = each;
  const free = freeWord(each);
  switch (columns) {
    case 'plain':
      return [offering, plan, team, free, provisionedAs, description];
    case 'whether open': {
      const open = isOpenTo(each, namespace);
      const cells = [offering, plan, team, free, open ? 'yes' : 'no', provisionedAs, description];
      return open ? cells : cells.map((text) => ({ text, paint: colors.faint }));
    }
    case 'for whom': {
      const place = object.metadata.namespace ?? '(cluster)';
      return [place, offering, plan, team, free, provisionedAs, whitelist.join(',')];
    }
  }
}
