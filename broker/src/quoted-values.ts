/** Where the API server begins to print a whole structure that it refuses: `Invalid value: core.PodSpec{`. */
const STRUCTURE = /Invalid value: (?:[&*]|\[\d*\]|map\[[\w.]+\]|interface \{\}|[\w./]+)*\{/g;

/**
 * A message of the API server without the structures that it prints when it refuses a change: all of a Pod template for
 * one immutable field, environment and with it passwords included. What it says about them stays.
 */
export function withoutStructures(message: string): string {
  let rest = 0;
  let text = '';
  STRUCTURE.lastIndex = 0;
  for (let match = STRUCTURE.exec(message); match !== null; match = STRUCTURE.exec(message)) {
    text += `${message.slice(rest, match.index)}Invalid value`;
    rest = endOfStructure(message, STRUCTURE.lastIndex);
    STRUCTURE.lastIndex = rest;
  }
  return text + message.slice(rest);
}

/** Where the structure ends whose opening brace is before `start`; the end of the message when it was cut short. */
function endOfStructure(message: string, start: number): number {
  let depth = 1;
  for (let index = start; index < message.length; index += 1) {
    const character = message[index];
    if (character === '"') index = endOfText(message, index);
    else if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return message.length;
}

/** The closing quotation mark of the text that begins at `start`. */
function endOfText(message: string, start: number): number {
  for (let index = start + 1; index < message.length; index += 1) {
    if (message[index] === '\\') index += 1;
    else if (message[index] === '"') return index;
  }
  return message.length;
}
