-- Where prints go after the correction window when the server has TimescaleDB's columnstore; empty everywhere else.
--
-- A plain table here: it becomes a hypertable when the first session is moved into it, because a server may gain or
-- lose the extension at any time. Native partitions stay what days are replaced by: a hypertable cannot be one.

create table spyhop.print_columnar (
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
);
comment on table spyhop.print_columnar is
  'Prints of sessions after the correction window, where TimescaleDB has a columnstore; columns as in print.';

alter table spyhop.journal_position add column columnar boolean not null default false;
comment on column spyhop.journal_position.columnar is
  'True when the prints of the session have moved to print_columnar; what comes later stands in print.';
