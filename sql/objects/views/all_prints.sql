-- The prints that the database holds, wherever they lie; what asks for prints asks here, what stores them does not.
create or replace view spyhop.all_prints as
select
  sequence, session_date, tape_row, contract_id, underlying_id, at_ms, price_e4, size, condition, exchange
from spyhop.print
union all
select
  sequence, session_date, tape_row, contract_id, underlying_id, at_ms, price_e4, size, condition, exchange
from spyhop.print_columnar;
comment on view spyhop.all_prints is 'Prints of the hot sessions, from print and from print_columnar.';
