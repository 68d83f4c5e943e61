export const fetchKinds = ['human', 'image-proxy', 'apple-mpp', 'scanner', 'bot', 'self', 'unknown'] as const;

/** Who probably made a request for a pixel. What is kept is a fact; this is our reading of it. */
export type FetchKind = (typeof fetchKinds)[number];

/**
 * One request for a pixel whose token verified, as recorded. The two numbers come from the token and mean
 * nothing without the ledger: a `serve` that knows only the key can record facts.
 */
export interface Fetch {
  /** 48-bit random number of the email. */
  readonly emailNumber: number;
  /** 48-bit random number of the recipient within the email. */
  readonly recipientNumber: number;
  /** Unix time in milliseconds. */
  readonly fetchedAt: number;
  readonly method: 'GET' | 'HEAD';
  /** At most 256 characters; '' when the request named none. */
  readonly userAgent: string;
  /** Network prefix, never a full address: `203.0.113.0/24` or `2001:db8:1::/48`; '' when not kept. */
  readonly network: string;
}

/** What a request for a pixel says, before anybody looked at its token. */
export interface PixelRequest extends Pick<Fetch, 'method' | 'network'> {
  /** As it stood in the URL. */
  readonly token: string;
  /** Of any length; '' when the request named none. */
  readonly userAgent: string;
  /** What the cookie of a browser that was marked as the sender's says; undefined without one. */
  readonly selfToken?: string | undefined;
}

/** A verdict about one fetch. `rule` is the id of the rule that gave it; confidence is 0 to 1. */
export interface Classification {
  readonly kind: FetchKind;
  readonly confidence: number;
  readonly rule: string;
}
