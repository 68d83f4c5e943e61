import type { IncomingMessage } from 'node:http';

/**
 * The whole body of a request, in memory.
 * @returns `too-large` as soon as it has more than `longest` octets; the rest is not read then. `cut` when it ends early: there is
 * nobody to answer any more.
 */
export function readBody(request: IncomingMessage, longest: number): Promise<Buffer | 'too-large' | 'cut'> {
  return new Promise(resolve => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= longest) {
        chunks.push(chunk);
        return;
      }
      request.off('data', take).pause();
      resolve('too-large');
    };
    request.on('data', take);
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', () => resolve('cut'));
    request.once('close', () => resolve('cut'));
  });
}
