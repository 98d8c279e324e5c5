-- Narrow prints: the time as milliseconds of the session, the underlying as a number; sums that follow the prints.
--
-- A print is 68 bytes with its header, as before: the time takes 4 bytes less, and the underlying, by which a sealed
-- day is ordered, takes them.

create table spyhop.underlying (
  underlying_id int generated always as identity primary key,
  symbol text collate "C" not null unique
);
comment on table spyhop.underlying is 'Underlyings ever seen, numbered.';

insert into spyhop.underlying (symbol) select distinct underlying from spyhop.contract order by 1;
alter table spyhop.contract add column underlying_id int references spyhop.underlying;
update spyhop.contract c
set underlying_id = u.underlying_id from spyhop.underlying u where u.symbol = c.underlying;
alter table spyhop.contract alter column underlying_id set not null;
comment on column spyhop.contract.underlying_id is 'The same as underlying, as a number: prints carry it.';

drop view if exists spyhop.prints;
drop index spyhop.print_at;
alter table spyhop.print rename to print_before;

-- No index but BRIN: a live btree costs the writer a factor of 6. No foreign key: it would look up each print.
create table spyhop.print (
  sequence bigint not null,
  session_date date not null,
  tape_row int not null,
  contract_id int not null,
  underlying_id int not null,
  at_ms int not null,
  price_e4 int not null,
  size int not null,
  condition smallint not null,
  exchange smallint not null
) partition by range (session_date);
create index print_place on spyhop.print using brin (tape_row, at_ms) with (pages_per_range = 32);
comment on table spyhop.print is 'Prints of the hot sessions, as received: cancels are rows of their own.';
comment on column spyhop.print.sequence is
  'Sequence number of the feed; 0 for prints of files, which carry none.';
comment on column spyhop.print.tape_row is
  'Place on the tape of the session: with the date, the identity of the print.';
comment on column spyhop.print.at_ms is
  'Time of the print at its venue, ms after midnight in New York on the session''s date; negative the evening before.';
comment on column spyhop.print.price_e4 is 'Price of a share in 1/10,000 dollar.';
comment on column spyhop.print.size is 'Contracts.';
comment on column spyhop.print.condition is 'Condition id of the feed; 0: none.';
comment on column spyhop.print.exchange is 'Exchange id of the feed; 0: unknown.';

do $$
declare
  name text;
  day date;
begin
  for name in
    select child.relname
    from pg_inherits join pg_class child on child.oid = inhrelid
    where inhparent = 'spyhop.print_before'::regclass
  loop
    day := to_date(right(name, 8), 'YYYYMMDD');
    execute format('alter table spyhop.%I rename to %I', name, name || '_before');
    execute format('create table spyhop.%I partition of spyhop.print for values from (%L) to (%L)',
      name, day, day + 1);
    execute format('alter table spyhop.%I set (autovacuum_vacuum_insert_scale_factor = 0,
      autovacuum_vacuum_insert_threshold = 500000)', name);
    execute format('insert into spyhop.%I
      select p.sequence, p.session_date, p.tape_row, p.contract_id, c.underlying_id,
        round(extract(epoch from p.at - p.session_date::timestamp at time zone ''America/New_York'') * 1000),
        p.price_e4, p.size, p.condition, p.exchange
      from spyhop.%I p join spyhop.contract c using (contract_id)', name, name || '_before');
  end loop;
end
$$;
drop table spyhop.print_before;

-- Each contract's largest five minutes are asked for by the time alone; the bucket of a bar never changes.
create index bar_bucket on spyhop.bar (bucket);

alter table spyhop.journal_position add column sealed boolean not null default false;
comment on column spyhop.journal_position.sealed is
  'True when the prints of the session are ordered by underlying and indexed.';

create table spyhop.sum_position (
  session_date date primary key,
  tape_rows int not null default 0 check (tape_rows >= 0)
);
comment on table spyhop.sum_position is
  'How far bars, flow and days of a session follow its prints; it moves in the transaction that adds to them.';
comment on column spyhop.sum_position.tape_rows is 'Rows of the tape that are in the sums.';
insert into spyhop.sum_position select session_date, tape_rows from spyhop.journal_position;
