// The questions to the catalog, one for each kind of object: name, what it is part of, place, attributes.

/** The owner matters only where it is not that of the schema. */
const owner = (column: string): string => `
  nullif(pg_get_userbyid(${column}), (select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'spyhop'))`;

const SCHEMA = "(select oid from pg_namespace where nspname = 'spyhop')";

/** True where an extension brought the object: its version says what it is. */
const foreign = (catalog: string, oid: string): string => `
  exists (select from pg_depend where classid = '${catalog}'::regclass and objid = ${oid} and deptype = 'e')`;

/** Relations of the schema that are no partitions. */
const relations = (kinds: string): string => `
  select * from pg_class
  where relnamespace = ${SCHEMA} and not relispartition and relkind in (${kinds})
    and not ${foreign('pg_class', 'pg_class.oid')}`;

/** A relation as its kind and name, "table spyhop.alert". */
const titleOf = (alias: string): string => `
  case ${alias}.relkind when 'v' then 'view' when 'm' then 'view' when 'S' then 'sequence' else 'table' end
    || format(' spyhop.%I', ${alias}.relname)`;

const OPTIONS = "(select string_agg(o, ', ' order by o) from unnest(reloptions) as o)";
const FUNCTION_NAME = "format('spyhop.%I(%s)', proname, pg_get_function_identity_arguments(pg_proc.oid))";

const privileges = `string_agg(privilege_type || case when is_grantable then ' with grant option' else '' end,
  ', ' order by privilege_type)`;
const grantee = "case when grantee = 0 then 'public' else pg_get_userbyid(grantee) end";

export const FACTS: Readonly<Record<string, string>> = {
  schema: `
    select 'spyhop' as name, null as of, 0 as place,
      jsonb_build_object('comment', obj_description(oid, 'pg_namespace')) as attributes
    from pg_namespace where nspname = 'spyhop'`,
  type: `
    select format('spyhop.%I', typname) as name, null as of, pg_type.oid::int8 as place, jsonb_build_object(
      'labels', (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder)
        from pg_enum where enumtypid = pg_type.oid),
      'base', nullif(format_type(typbasetype, typtypmod), '-'), 'default', typdefault,
      'not null', case when typtype = 'd' then typnotnull::text end,
      'checks', (select string_agg(conname || ' ' || pg_get_constraintdef(oid), ', ' order by conname)
        from pg_constraint where contypid = pg_type.oid),
      'fields', (select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum)
        from pg_attribute where attrelid = typrelid and attnum > 0 and not attisdropped),
      'owner', ${owner('typowner')}, 'comment', obj_description(pg_type.oid, 'pg_type')) as attributes
    from pg_type left join pg_class on pg_class.oid = typrelid
    where typnamespace = ${SCHEMA} and (typtype in ('e', 'd', 'r') or relkind = 'c')
      and not ${foreign('pg_type', 'pg_type.oid')}
    order by 1`,
  table: `
    select format('spyhop.%I', relname) as name, null as of, r.oid::int8 as place, jsonb_build_object(
      'partition by', pg_get_partkeydef(r.oid), 'options', ${OPTIONS},
      'persistence', case relpersistence when 'u' then 'unlogged' when 'p' then null else relpersistence::text end,
      'row security', case when relrowsecurity then 'on' end, 'access method', (
        select nullif(amname, 'heap') from pg_am where pg_am.oid = relam),
      'owner', ${owner('relowner')}, 'comment', obj_description(r.oid, 'pg_class')) as attributes
    from (${relations("'r', 'p', 'f'")}) as r order by 1`,
  column: `
    select format('spyhop.%I.%I', relname, attname) as name, ${titleOf('r')} as of, attnum::int as place,
      jsonb_build_object('type', format_type(atttypid, atttypmod),
        'collation', case when attcollation <> typcollation
          then (select format('%I', collname) from pg_collation where pg_collation.oid = attcollation) end,
        'not null', attnotnull::text,
        'default', case when attgenerated = '' then pg_get_expr(adbin, adrelid) end,
        'identity', case attidentity when 'a' then 'always' when 'd' then 'by default' end,
        'generated', case when attgenerated <> '' then
          pg_get_expr(adbin, adrelid) || case attgenerated when 'v' then ' virtual' else ' stored' end end,
        'storage', case when attstorage <> typstorage then attstorage::text end,
        'comment', col_description(r.oid, attnum)) as attributes
    from (${relations("'r', 'p', 'f', 'v', 'm'")}) as r
    join pg_attribute on attrelid = r.oid
    join pg_type on pg_type.oid = atttypid
    left join pg_attrdef on adrelid = r.oid and adnum = attnum
    where attnum > 0 and not attisdropped order by relname, attnum`,
  // That a column is not null is said with the column.
  constraint: `
    select format('spyhop.%I.%I', relname, conname) as name, ${titleOf('r')} as of, c.oid::int8 as place,
      jsonb_build_object('definition', pg_get_constraintdef(c.oid), 'comment', obj_description(c.oid, 'pg_constraint'))
        as attributes
    from (${relations("'r', 'p', 'f'")}) as r join pg_constraint c on conrelid = r.oid
    where contype <> 'n' and contype <> 't' and conparentid = 0 order by 1`,
  index: `
    select format('spyhop.%I', i.relname) as name, ${titleOf('r')} as of, i.oid::int8 as place,
      jsonb_build_object('definition', pg_get_indexdef(i.oid), 'comment', obj_description(i.oid, 'pg_class'),
        'valid', case when not indisvalid then 'no' end, 'clustered', case when indisclustered then 'yes' end)
        as attributes
    from (${relations("'r', 'p', 'm'")}) as r join pg_index on indrelid = r.oid join pg_class i on i.oid = indexrelid
    where not exists (select from pg_constraint where conindid = i.oid and contype in ('p', 'u', 'x')) order by 1`,
  function: `
    select ${FUNCTION_NAME} as name, null as of, pg_proc.oid::int8 as place, jsonb_build_object(
      'definition', case when prokind in ('f', 'p') then pg_get_functiondef(pg_proc.oid)
        else prokind::text || ' ' || pg_get_function_result(pg_proc.oid) end,
      'owner', ${owner('proowner')}, 'comment', obj_description(pg_proc.oid, 'pg_proc')) as attributes
    from pg_proc where pronamespace = ${SCHEMA} and not ${foreign('pg_proc', 'pg_proc.oid')} order by 1`,
  view: `
    select format('spyhop.%I', relname) as name, null as of, r.oid::int8 as place, jsonb_build_object(
      'definition', pg_get_viewdef(r.oid), 'kind', case relkind when 'm' then 'materialized' end,
      'options', ${OPTIONS}, 'owner', ${owner('relowner')}, 'comment', obj_description(r.oid, 'pg_class')) as attributes
    from (${relations("'v', 'm'")}) as r order by 1`,
  sequence: `
    select format('spyhop.%I', relname) as name, (
        select format('table spyhop.%I', t.relname) from pg_depend join pg_class t on t.oid = refobjid
        where classid = 'pg_class'::regclass and objid = r.oid and deptype in ('a', 'i')
          and refclassid = 'pg_class'::regclass) as of,
      r.oid::int8 as place, jsonb_build_object(
        'type', format_type(seqtypid, null), 'start', seqstart::text, 'increment', seqincrement::text,
        'minimum', seqmin::text, 'maximum', seqmax::text, 'cache', seqcache::text, 'cycle', seqcycle::text,
        'owner', ${owner('relowner')}, 'comment', obj_description(r.oid, 'pg_class')) as attributes
    from (${relations("'S'")}) as r join pg_sequence on seqrelid = r.oid order by 1`,
  // TimescaleDB guards its tables with a trigger of its own; which they are is found out at run time.
  trigger: `
    select format('spyhop.%I.%I', relname, tgname) as name, ${titleOf('r')} as of, t.oid::int8 as place,
      jsonb_build_object('definition', pg_get_triggerdef(t.oid),
        'enabled', case tgenabled when 'O' then 'yes' when 'D' then 'no' when 'R' then 'replica' else 'always' end,
        'comment', obj_description(t.oid, 'pg_trigger')) as attributes
    from (${relations("'r', 'p', 'f', 'v'")}) as r join pg_trigger t on tgrelid = r.oid
    where not tgisinternal and tgparentid = 0 and tgname <> 'ts_insert_blocker' order by 1`,
  rule: `
    select format('spyhop.%I.%I', relname, rulename) as name, ${titleOf('r')} as of, w.oid::int8 as place,
      jsonb_build_object('definition', pg_get_ruledef(w.oid), 'enabled', ev_enabled::text) as attributes
    from (${relations("'r', 'p', 'v'")}) as r join pg_rewrite w on ev_class = r.oid
    where rulename <> '_RETURN' order by 1`,
  policy: `
    select format('spyhop.%I.%I', relname, polname) as name, ${titleOf('r')} as of, p.oid::int8 as place,
      jsonb_build_object('command', polcmd::text, 'using', pg_get_expr(polqual, polrelid),
        'check', pg_get_expr(polwithcheck, polrelid)) as attributes
    from (${relations("'r', 'p'")}) as r join pg_policy p on polrelid = r.oid order by 1`,
  statistics: `
    select format('spyhop.%I', stxname) as name, null as of, pg_statistic_ext.oid::int8 as place,
      jsonb_build_object('definition', pg_get_statisticsobjdef(pg_statistic_ext.oid)) as attributes
    from pg_statistic_ext where stxnamespace = ${SCHEMA} order by 1`,
  grant: `
    select format('%s to %s', object, ${grantee}) as name, min(title) as of, 0 as place,
      jsonb_build_object('privileges', ${privileges}) as attributes
    from (
      select 'schema spyhop' as object, null as title, nspowner as owner, nspacl as acl, 'n'::"char" as kind
      from pg_namespace where nspname = 'spyhop'
      union all
      select ${titleOf('r')}, ${titleOf('r')}, relowner, relacl,
        case relkind when 'S' then 's' else 'r' end::"char" from (${relations("'r', 'p', 'f', 'v', 'm', 'S'")}) as r
      union all
      select format('column spyhop.%I.%I', relname, attname), ${titleOf('r')}, relowner, attacl, 'c'::"char"
      from (${relations("'r', 'p', 'f', 'v', 'm'")}) as r join pg_attribute on attrelid = r.oid
      where attacl is not null
      union all
      select 'function ' || ${FUNCTION_NAME}, 'function ' || ${FUNCTION_NAME}, proowner, proacl, 'f'::"char"
      from pg_proc where pronamespace = ${SCHEMA} and not ${foreign('pg_proc', 'pg_proc.oid')}
      union all
      select format('type spyhop.%I', typname), format('type spyhop.%I', typname), typowner, typacl, 'T'::"char"
      from pg_type left join pg_class on pg_class.oid = typrelid
      where typnamespace = ${SCHEMA} and (typtype in ('e', 'd', 'r') or relkind = 'c')
    ) as ours, aclexplode(coalesce(acl, acldefault(kind, owner)))
    where grantee <> owner
    group by object, grantee order by 1`,
  'default grant': `
    select format('%s to %s', case defaclobjtype when 'r' then 'tables' when 'S' then 'sequences'
        when 'f' then 'functions' when 'T' then 'types' else defaclobjtype::text end, ${grantee}) as name,
      null as of, 0 as place, jsonb_build_object('privileges', ${privileges}) as attributes
    from pg_default_acl, aclexplode(defaclacl)
    where defaclnamespace = ${SCHEMA} and grantee <> defaclrole
      and defaclrole = (select nspowner from pg_namespace where nspname = 'spyhop')
    group by defaclobjtype, grantee order by 1`,
};
