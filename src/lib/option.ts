// What an option of the program may be: its kinds, and the value each has once it is read.
interface OptionBase {
  /** One sentence for people, shown by --help and in docs/reference. */
  readonly sentence: string;
  /** What stands for the value in help: "N", "PATH", "DATE". */
  readonly value?: string;
  readonly unit?: string;
  /** True for what must not be repeated on a screen or in a log. */
  readonly secret?: boolean;
}

/** The kinds of options there are. Text is kept as text where money or exact decimals depend on it. */
export type Option = OptionBase &
  (
    | { readonly type: 'flag' }
    | {
        readonly type: 'text';
        readonly default?: string;
        readonly pattern?: RegExp;
        readonly example?: string;
      }
    | {
        readonly type: 'list';
        readonly choices?: readonly string[];
        readonly default?: readonly string[];
      }
    | { readonly type: 'choice'; readonly choices: readonly string[]; readonly default: string }
    | {
        readonly type: 'integer';
        readonly default: number;
        readonly min: number;
        readonly max: number;
      }
  );

/** The value an option has once it is read. */
export type OptionValue<O> = O extends { type: 'flag' }
  ? boolean
  : O extends { type: 'list'; choices: readonly (infer Choice)[] }
    ? readonly Choice[]
    : O extends { type: 'list' }
      ? readonly string[]
      : O extends { type: 'integer' }
        ? number
        : O extends { type: 'choice'; choices: readonly (infer Choice)[] }
          ? Choice
          : O extends { default: string }
            ? string
            : string | undefined;
