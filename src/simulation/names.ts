// Who is listed on the simulated market: known names first, by how busy they are, then invented ones.
import { underlyingOfRoot } from '../domain/contract.ts';
import { isLateUnderlying } from '../domain/session.ts';
import { Random } from '../lib/random.ts';

/** What an underlying is: indices and funds have other clocks, expiries and venues than stocks. */
export type UnderlyingKind = 'index' | 'fund' | 'stock';

/** One underlying of the simulated market. */
export interface Underlying {
  readonly name: string;
  readonly kind: UnderlyingKind;
  /** Level that the price wanders about, dollars. */
  readonly anchorPrice: number;
  /** Annual volatility, as a fraction. */
  readonly volatility: number;
}

/** Busiest first; price and volatility are of the right order for 2026 and claim no more. */
const KNOWN = `
SPY fund 680 .16, SPX index 6800 .15, QQQ fund 610 .2, NVDA stock 182 .42, TSLA stock 430 .55,
AAPL stock 268 .27, IWM fund 242 .21, AMD stock 228 .55, AMZN stock 230 .32, PLTR stock 172 .6,
META stock 640 .35, MSFT stock 505 .24, GOOGL stock 288 .3, MSTR stock 205 .75, VIX index 19 1,
INTC stock 37 .5, HOOD stock 120 .7, COIN stock 270 .7, AVGO stock 345 .42, NFLX stock 108 .33,
SOFI stock 28 .6, MU stock 235 .5, BABA stock 160 .4, SMCI stock 36 .75, SLV fund 47 .35,
GLD fund 378 .2, TLT fund 89 .13, UNH stock 325 .35, F stock 13 .35, BAC stock 53 .25,
NDX index 24800 .19, HYG fund 80 .06, EEM fund 54 .18, FXI fund 39 .28, XLF fund 53 .18,
RUT index 2420 .21, MARA stock 12 .9, RIVN stock 15 .65, GOOG stock 289 .3, ORCL stock 210 .5,
GME stock 21 .6, NIO stock 6.2 .6, UBER stock 88 .38, BA stock 185 .36, DIS stock 106 .28,
JPM stock 305 .23, C stock 100 .28, PFE stock 25 .24, XOM stock 117 .22, ORLY stock 99 .24,
PYPL stock 61 .38, SHOP stock 145 .5, SNAP stock 8.2 .65, WMT stock 105 .2, GDX fund 76 .4,
KRE fund 62 .27, XLE fund 90 .2, ARKK fund 75 .4, CVX stock 152 .22, LLY stock 1040 .35,
COST stock 900 .22, CRM stock 230 .32, T stock 25.5 .22, AAL stock 13 .45, WFC stock 84 .26,
CCL stock 26 .42`;

const known: readonly Underlying[] = KNOWN.split(',').map((entry) => {
  const [name = '', kind = '', price = '', volatility = ''] = entry.trim().split(' ');
  return {
    name,
    kind: kind as UnderlyingKind,
    anchorPrice: Number(price),
    volatility: Number(volatility),
  };
});

/**
 * A name that the domain would take for an index root or a fund with late hours may not be given to a stock.
 */
function isFree(name: string, taken: ReadonlySet<string>): boolean {
  return !taken.has(name) && !isLateUnderlying(name) && underlyingOfRoot(name).underlying === name;
}

function inventName(random: Random): string {
  const consonants = 'BCDFGHJKLMNPRSTVWXZ';
  const vowels = 'AEIOUY';
  const letter = (letters: string): string => letters[random.below(letters.length)]!;
  const name = letter(consonants) + letter(vowels) + letter(consonants);
  return random.uniform() < 0.75 ? name + letter(random.uniform() < 0.5 ? vowels : consonants) : name;
}

/** The `count` underlyings of a market, busiest first; the same names whatever the seed of the market. */
export function underlyingsOf(count: number): Underlying[] {
  const chosen = known.slice(0, count);
  const taken = new Set(known.map(({ name }) => name));
  const random = new Random('names of the simulated market');
  while (chosen.length < count) {
    const name = inventName(random);
    if (!isFree(name, taken)) continue;
    taken.add(name);
    const anchorPrice = Math.min(900, Math.max(4, 38 * Math.exp(0.95 * random.normal())));
    const volatility = Math.min(1.3, Math.max(0.18, 0.46 * Math.exp(0.4 * random.normal())));
    const kind = random.uniform() < 0.07 ? 'fund' : 'stock';
    chosen.push({ name, kind, anchorPrice, volatility: kind === 'fund' ? volatility * 0.5 : volatility });
  }
  return chosen;
}
