{%- set open_rows = ref('int_recon_open_rows') -%}
{%- set pools = ref('int_recon_pools') -%}
{%- set touched = ref('int_touched_matches') -%}
{%- set touched_rows = ref('int_recon_touched_rows') -%}
{%- set seeds = ref('int_recon_seeds') -%}
{%- set moved = moved_books() -%}
{%- set facts = adapter.get_relation(this.database, this.schema, 'int_recon_item_facts') -%}
-- The groups that an increment explains anew: those that were reached, and whatever hangs together with them through a
-- pool, a reversal or the other leg. Nodes are match keys, cells of pools and records; an edge says that one may change
-- how the other is explained. A node is a number: two of them alike would only explain a group too many anew. Nearly all
-- match keys hang on one thing only: they begin or end a way, so that the closure goes by the few nodes that join two.
{% if build_is_increment() %}
with recursive pool_cells as (

    select {{ recon_cell() }} as cell
    from {{ pools }}
    union
    select {{ recon_cell() }}
    from {{ changes_of('int_recon_pools') }}

),

reversed as (

    select distinct {{ recon_record('reverses_id') }} as record
    from {{ open_rows }}
    where basis = 'operational' and reverses_id is not null

),

-- a rate moves what a pool and its lines are worth, not which rows it covers: nothing that hangs together with them
translated as (

    select
        match_key,
        pool_key
    from {{ pools }}
    where (legal_entity_key, period_id) in ({{ moved }})

),

pairs as (

    -- what a pool may cover, and what is posted in it
    select
        hash(open_rows.match_key) as node,
        pool_cells.cell as neighbour
    from {{ open_rows }} as open_rows
    inner join pool_cells on {{ recon_cell('open_rows') }} = pool_cells.cell
    where
        open_rows.basis = 'operational'
        and open_rows.match_kind = 'origin'
        and (
            open_rows.group_posted_count = 0
            or (open_rows.group_posted_functional = 0 and open_rows.group_posted_transaction = 0)
        )
    union all
    select
        hash(match_key),
        {{ recon_cell() }}
    from {{ pools }}
    union all
    select
        hash(match_key),
        {{ recon_record('reverses_id') }}
    from {{ open_rows }}
    where basis = 'operational' and reverses_id is not null
    union all
    select
        hash(open_rows.match_key),
        reversed.record
    from {{ open_rows }} as open_rows
    inner join reversed on {{ recon_record('source_id', 'open_rows') }} = reversed.record
    where open_rows.basis = 'operational'
    union all
    select
        hash(match_key),
        hash({{ recon_other_leg() }})
    from {{ open_rows }}
    where match_kind = 'leg'

),

edges as (

    select
        node,
        neighbour
    from pairs
    union
    select
        neighbour,
        node
    from pairs

),

joints as (

    select node
    from edges
    group by node
    having count(*) > 1

),

inner_edges as materialized (

    select *
    from edges
    where node in (select node from joints) and neighbour in (select node from joints)

),

first_nodes as (

    select hash(match_key) as node from {{ seeds }}
    union all
    select hash(match_key) from {{ touched }}
    union all
    select {{ recon_cell() }} from {{ touched }}
    union all
    select {{ recon_record('source_id') }} from {{ touched }}
    union all
    select {{ recon_record('reverses_id') }} from {{ touched }}
    where reverses_id is not null
    union all
    select hash({{ recon_other_leg() }}) from {{ touched }}
    where match_kind = 'leg'
    union all
    -- a group that was reached frees or takes rows in the cells of all its rows
    select {{ recon_cell() }} from {{ touched_rows }}
    union all
    select {{ recon_record('source_id') }} from {{ touched_rows }}
    where basis = 'operational'
    union all
    select {{ recon_cell() }} from {{ changes_of('int_recon_pools') }}

),

next_to_first as (

    select node from first_nodes
    union
    select neighbour from edges
    where node in (select node from first_nodes)

),

joined (node) as (

    select node from next_to_first
    union
    select inner_edges.neighbour
    from joined
    inner join inner_edges on joined.node = inner_edges.node

),

reached as (

    select node from joined
    union all
    select neighbour from edges
    where node in (select node from joined)

)

select match_key from {{ seeds }}
union
-- groups that are gone by now among them
select match_key from {{ touched }}
union
select match_key from translated
union
select pool_key from translated
union
select match_key from {{ open_rows }}
where hash(match_key) in (select node from reached)
union
-- a pool is explained under a key of its own, which no open row carries
select match_key from {{ facts }}
where
    hash(match_key) in (select node from reached)
    or (match_key like '%pool|%' and {{ recon_cell() }} in (select node from reached))
{%- else %}
select match_key
from {{ open_rows }}
where false
{%- endif %}
