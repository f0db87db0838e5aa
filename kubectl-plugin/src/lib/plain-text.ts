/**
 * Text from the cluster as one line that a terminal can't be tricked with: providers write descriptions and brokers
 * write messages, and either may hold escape sequences. Line breaks and tabs become a blank, other control characters
 * the replacement character.
 */
export function plainLine(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return text.replaceAll(/[\t-\r\u0085\u2028\u2029]+/g, ' ').replaceAll(/\p{Cc}/gu, '\uFFFD');
}
