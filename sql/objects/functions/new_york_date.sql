-- The date in New York at a moment: dashboards ask for times, partitions are by date.
create or replace function spyhop.new_york_date(moment timestamptz) returns date
language sql
immutable
parallel safe
return (moment at time zone 'America/New_York')::date;
comment on function spyhop.new_york_date(timestamptz) is 'The date in New York at a moment.';
