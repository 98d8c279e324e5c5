-- Midnight in New York at the beginning of a session's date: the origin of buckets.
create or replace function spyhop.session_midnight(day date) returns timestamptz
language sql
immutable
parallel safe
return day::timestamp at time zone 'America/New_York';
comment on function spyhop.session_midnight(date) is 'Midnight in New York on a date.';
