import stringWidth from 'string-width';

/** Lines that are longer than they need to be: they could have ended before their last word. */
export function tooLong(lines: readonly string[], width: number): readonly string[] {
  return lines
    .flatMap(line => line.split('\n'))
    .filter(line => {
      const words = line.replace(/^\s*(?:\$ )?/, '').replace(/ \\$/, '');
      return stringWidth(line) > width && /\s/.test(words.replaceAll(/"[^"]*"|'[^']*'/g, '"'));
    });
}
