"""The steps that attribute what differences changed by, once it is known what moved the ledger.

A difference is explained by what names its record or its lines, by what moved the rows that it was made of, by the
clock where it only changed its reason, else by what moved the ledger in its own cell.
"""

from __future__ import annotations

ITEMS = """
create temp table items as
with known as (
    select *, 1 as preference from after_mart.recon_item where status <> 'resolved'
    union all by name
    select *, 2 as preference from before_mart.recon_item where status <> 'resolved'
), standing as (
    select * from known where item_id in (select subject_id from numbered where measure = 'break')
    qualify row_number() over (partition by item_id, category order by preference) = 1
)
select numbered.change_id, standing.flow, origin_type, origin_id, gl_line_ids, match_key
from numbered inner join standing on numbered.subject_id = standing.item_id where numbered.measure = 'break'
"""
ITEM_REFS = """
create temp table item_refs as
select distinct change_id, ref from (
    select change_id, 'origin:' || origin_type || '|' || origin_id as ref from items
    union all select change_id, 'line:' || trim(unnest(string_split(gl_line_ids, ','))) from items
) where ref is not null
"""
#: The changed rows that a difference was made of, in either mart: by what both are matched on, or as one of its lines.
MATCHED = """
create temp table matched as
with standing as (
    select numbered.change_id, ledger.* from numbered
    inner join (
        select * from after_mart.fct_project_ledger union all by name select * from before_mart.fct_project_ledger
    ) as ledger on numbered.subject_id = ledger.ledger_id where numbered.measure <> 'break'
), members as (
    select pool_key, unnest([posted_ledger_id, operational_ledger_id]) as ledger_id from (
        from after_mart.recon_pool_member union all by name from before_mart.recon_pool_member
    )
), keys as (
    select change_id, unnest([
        concat_ws('|', flow, origin_type, origin_system, origin_id),
        concat_ws('|', flow, 'term', contract_line_key, period_id),
        concat_ws('|', flow, 'leg', legal_entity_key, counterparty_entity_key, project_key, period_id),
        concat_ws('|', flow, 'line', ledger_id)
    ]) as match_key from standing
    union all select change_id, pool_key from standing inner join members using (ledger_id)
), lines as (
    select change_id, flow, trim(unnest(string_split(gl_line_ids, ','))) as line from items
), pairs as (
    select items.change_id, keys.change_id as row_change from items inner join keys using (match_key)
    union
    select lines.change_id, standing.change_id from lines
    inner join standing on lines.flow = standing.flow and lines.line = coalesce(gl_line_id, invoice_line_id)
)
select
    pairs.*,
    abs(mine.change_functional) = abs(theirs.change_functional) and abs(mine.change_group) = abs(theirs.change_group)
        as is_as_much
from pairs
inner join numbered as mine on pairs.change_id = mine.change_id
inner join numbered as theirs on pairs.row_change = theirs.change_id
"""
#: What moved by as much as the difference did, before whatever else it was made of.
_AS_MUCH, _AT_ALL = "from matched where is_as_much", "from matched"
ITEM_CAUSES = """
insert into causes
with bearing as (select n, entity, unnest(bears_on) as ref from arrived)
select distinct change_id, n, 'a record that names it' from item_refs inner join bearing using (ref)
"""
ITEM_BY_TIME = """
insert into by_time
with moved as (
    select subject_id from numbered where measure = 'break'
    group by subject_id having count(*) > 1 and sum(change_functional) = 0 and sum(change_group) = 0
)
select change_id from numbered
where measure = 'break' and subject_id in (select subject_id from moved)
    and change_id not in (select change_id from causes)
"""


def _alike(keys: str) -> str:
    """Pair each difference with the ledger's changes that share `keys` with it."""
    shared = " and ".join(f"mine.{key} = theirs.{key}" for key in keys.split(", "))
    return f"""
        select mine.change_id, theirs.change_id as row_change from numbered as mine
        inner join numbered as theirs on mine.measure = 'break' and theirs.measure <> 'break' and {shared}
    """


def _by_ledger(cause: str, pairs: str, table: str = "causes") -> str:
    """Give differences without a cause those of the ledger's changes that `pairs` puts beside them."""
    columns = f"pairs.change_id, {table}.n, '{cause}'" if table == "causes" else "pairs.change_id"
    return f"""
        insert into {table}
        select distinct {columns} from ({pairs}) as pairs inner join {table} on pairs.row_change = {table}.change_id
        where pairs.change_id not in (select change_id from causes)
            and pairs.change_id not in (select change_id from by_time)
    """


_CELL = "flow, legal_entity_key, project_key, period_id"
STEPS = (
    ITEMS, ITEM_REFS, ITEM_CAUSES, MATCHED,
    _by_ledger("its match", _AS_MUCH), _by_ledger("its match", _AS_MUCH, "by_time"),
    _by_ledger("its match", _AT_ALL), _by_ledger("its match", _AT_ALL, "by_time"), ITEM_BY_TIME,
    _by_ledger("its cell", _alike(_CELL)), _by_ledger("its cell", _alike(_CELL), "by_time"),
    _by_ledger("its project", _alike("flow, project_key")),
    _by_ledger("its project", _alike("flow, project_key"), "by_time"),
)  # fmt: skip
