/** An image that copies show by its Content-ID. */
export interface ShownImage {
  readonly contentId: string;
  readonly mediaType: string;
  readonly content: Uint8Array;
}

/**
 * The HTML of a copy as a browser can show it: outside of its message a `cid:` URL (RFC 2392) names nothing, so the images are
 * put in its place (RFC 2397).
 */
export function createImageEmbedder(images: readonly ShownImage[]): (html: string) => string {
  // Made once: a picture may be large, and a preview may have many copies.
  const urls = images.map(({ contentId, mediaType, content }) => {
    const data = Buffer.from(content).toString('base64');
    return [`cid:${contentId}`, `data:${mediaType};base64,${data}`] as const;
  });
  return html => urls.reduce((shown, [url, data]) => shown.replaceAll(url, () => data), html);
}
