// The directory of contracts in the database: their ids, given out in bulk when a contract is first seen.
import type { OptionContract } from '../domain/contract.ts';
import type { ContractTable } from '../domain/contract-table.ts';
import type { PrintIds } from './copy-binary.ts';
import type { Queries } from './pool.ts';

// Sorted, as the contracts are, so that two who insert the same ones wait for each other in one direction.
const INSERT_UNDERLYINGS = `
  insert into spyhop.underlying (symbol)
  select symbol from (select distinct unnest($1::text[]) collate "C" as symbol) one
  where not exists (select from spyhop.underlying known where known.symbol = one.symbol)
  order by symbol
  on conflict (symbol) do nothing`;
const INSERT_CONTRACTS = `
  insert into spyhop.contract
    (osi, underlying, root, expiry_date, option_right, strike_mills, multiplier, adjusted, underlying_id)
  select osi, one.symbol, root, expiry_date, option_right, strike_mills, multiplier, adjusted, known.underlying_id
  from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::int[], $7::int[], $8::bool[])
    with ordinality one (osi, symbol, root, expiry_date, option_right, strike_mills, multiplier, adjusted, place)
  join spyhop.underlying known on known.symbol = one.symbol
  order by one.place
  on conflict (osi) do nothing`;
const SELECT_IDS = `select contract_id, underlying_id, osi from spyhop.contract where osi = any($1::text[])`;
const SELECT_CONTRACT = `
  select contract_id, osi, root, underlying, expiry_date, option_right, strike_mills, multiplier, adjusted
  from spyhop.contract where osi = $1`;

/** Contracts asked for in one statement. */
const CHUNK = 20_000;

/** Ids of the database by the numbers of a ContractTable; 0 is unknown. */
export class ContractIds {
  readonly #table: ContractTable;
  #ids: PrintIds = { contracts: new Int32Array(1024), underlyings: new Int32Array(1024) };

  constructor(table: ContractTable) {
    this.#table = table;
  }

  /** Id by contract number; valid for the contracts that {@link ensure} was given. */
  get ids(): Int32Array {
    return this.#ids.contracts;
  }

  /** The same, with the ids of their underlyings. */
  get printIds(): PrintIds {
    return this.#ids;
  }

  /** Makes sure that the contracts of `count` rows have ids, inserting those the database does not know. */
  async ensure(db: Queries, contracts: Int32Array, count: number): Promise<void> {
    if (this.ids.length < this.#table.count) {
      const room = this.#table.count * 2;
      this.#ids = {
        contracts: enlarged(this.#ids.contracts, room),
        underlyings: enlarged(this.#ids.underlyings, room),
      };
    }
    const { ids } = this;
    const unknown = new Set<number>();
    for (let row = 0; row < count; row++) if (ids[contracts[row]!] === 0) unknown.add(contracts[row]!);
    const missing = [...unknown];
    for (let at = 0; at < missing.length; at += CHUNK) await this.#add(db, missing.slice(at, at + CHUNK));
  }

  async #add(db: Queries, numbers: readonly number[]): Promise<void> {
    const numberOf = new Map(numbers.map((number) => [this.#table.ticker(number), number]));
    const learn = async (tickers: readonly string[]): Promise<void> => {
      const rows = await db.rows<{ contract_id: number; underlying_id: number; osi: string }>(SELECT_IDS, [
        tickers,
      ]);
      for (const { contract_id: id, underlying_id: underlyingId, osi } of rows) {
        const number = numberOf.get(osi)!;
        this.#ids.contracts[number] = id;
        this.#ids.underlyings[number] = underlyingId;
        numberOf.delete(osi);
      }
    };
    await learn([...numberOf.keys()]);
    if (numberOf.size === 0) return;
    // Sorted, so that two who insert the same contracts wait for each other in one direction.
    const added = [...numberOf.values()]
      .map((number) => this.#table.contract(number))
      .toSorted((a, b) => (a.osi < b.osi ? -1 : 1));
    await db.change(INSERT_UNDERLYINGS, [added.map(({ underlying }) => underlying)]);
    await db.change(INSERT_CONTRACTS, [
      added.map(({ osi }) => osi),
      added.map(({ underlying }) => underlying),
      added.map(({ root }) => root),
      added.map(({ expiryDate }) => expiryDate),
      added.map(({ right }) => right),
      added.map(({ strikeMills }) => strikeMills),
      added.map(({ multiplier }) => multiplier),
      added.map(({ adjusted }) => adjusted),
    ]);
    await learn(added.map(({ osi }) => osi));
  }
}

function enlarged(ids: Int32Array, room: number): Int32Array {
  const larger = new Int32Array(room);
  larger.set(ids);
  return larger;
}

interface ContractRow {
  readonly contract_id: number;
  readonly osi: string;
  readonly root: string;
  readonly underlying: string;
  readonly expiry_date: string;
  readonly option_right: OptionContract['right'];
  readonly strike_mills: number;
  readonly multiplier: number;
  readonly adjusted: boolean;
}

/** A contract by its ticker, with its id; null when it was never seen. */
export async function findContract(
  db: Queries,
  osi: string,
): Promise<{ readonly id: number; readonly contract: OptionContract } | null> {
  const [row] = await db.rows<ContractRow>(SELECT_CONTRACT, [osi]);
  if (row === undefined) return null;
  return {
    id: row.contract_id,
    contract: {
      osi: row.osi,
      root: row.root,
      underlying: row.underlying,
      expiryDate: row.expiry_date,
      right: row.option_right,
      strikeMills: row.strike_mills,
      multiplier: row.multiplier,
      adjusted: row.adjusted,
    },
  };
}
