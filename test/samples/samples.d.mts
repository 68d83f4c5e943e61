export const samples: readonly {
  readonly name: string;
  readonly template: string;
  readonly who: '--to' | '--each';
  readonly list: string;
  /** Of its picture at 320 px. */
  readonly height: number;
}[];
