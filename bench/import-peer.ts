// The peer of an import: DuckDB reads the csv.gz by itself and writes the same columns as Parquet, in the file's order.
import { DuckDBInstance } from '@duckdb/node-api';

const [path = '', out = ''] = process.argv.slice(2);
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
await connection.run(`
  copy (
    select ticker, conditions::usmallint as condition, exchange::usmallint as exchange,
      (price * 10000)::int as price_e4, sip_timestamp as sip_ns, size::int as size
    from read_csv(${quoted(path)}, columns = {ticker: 'varchar', conditions: 'varchar', correction: 'int',
      exchange: 'int', price: 'decimal(12,4)', sip_timestamp: 'bigint', size: 'bigint'})
  ) to ${quoted(out)} (format parquet, parquet_version v2, compression zstd)`);
connection.closeSync();
instance.closeSync();
