{%- set touched = ref('int_touched_gl_references') -%}
{%- set is_update = build_is_increment() -%}
with lines as (
    select * from {{ ref('int_gl_lines') }}
    where
        flow is not null
        {%- if is_update %}
        and (source_system, gl_line_id) in (select source_system, gl_line_id from {{ touched }})
        {%- endif %}
),

reversals as (
    select
        lines.source_system,
        lines.gl_line_id,
        reversed.gl_line_id as reversed_gl_line_id
    from lines
    inner join {{ ref('int_gl_lines') }} as reversed
        on
            lines.source_system = reversed.source_system
            and lines.reverses_gl_line_id = reversed.gl_line_id
            and lines.amount = -reversed.amount
            and lines.functional_amount = -reversed.functional_amount
    where reversed.flow is not null
),

links as (
    select * from {{ ref('stg_erp__posting_links') }}
    where
        not is_deleted
        {%- if is_update %}
        and (source_system, gl_line_id) in (
            select source_system, gl_line_id from {{ touched }}
            union all
            select source_system, reversed_gl_line_id from reversals
        )
        {%- endif %}
),

own as (
    select distinct
        source_system,
        gl_line_id
    from links
),

-- A line that takes another back in full and says no more than that takes back each of its records.
taken_back as (
    select reversals.*
    from reversals
    left join own
        on
            reversals.source_system = own.source_system
            and reversals.gl_line_id = own.gl_line_id
    where own.gl_line_id is null
),

named as (
    select
        source_system,
        gl_line_id,
        origin_type,
        origin_system,
        origin_id,
        amount,
        functional_amount,
        quantity
    from links

    union all

    select
        links.source_system,
        taken_back.gl_line_id,
        links.origin_type,
        links.origin_system,
        links.origin_id,
        -links.amount,
        -links.functional_amount,
        -links.quantity
    from links
    inner join taken_back
        on
            links.source_system = taken_back.source_system
            and links.gl_line_id = taken_back.reversed_gl_line_id
),

linked as (
    select
        lines.source_system,
        lines.gl_line_id,
        lines.flow,
        lines.reversal_chain_id,
        lines.currency,
        lines.functional_currency,
        lines.amount as line_amount,
        lines.functional_amount as line_functional,
        links.origin_type,
        links.origin_system,
        links.origin_id,
        links.amount,
        case
            when lines.currency = lines.functional_currency then coalesce(links.functional_amount, links.amount)
            else links.functional_amount
        end as functional_amount,
        links.quantity
    from named as links
    inner join lines
        on
            links.source_system = lines.source_system
            and links.gl_line_id = lines.gl_line_id
),

-- what the links of a line in a foreign currency are in functional adds up to the line
running as (
    select
        *,
        cast(
            sum(amount) over (
                partition by source_system, gl_line_id
                order by origin_type, origin_system, origin_id
                rows between unbounded preceding and current row
            ) as decimal(18, 2)
        ) as amount_to_here
    from linked
    where functional_amount is null
)

{% for source in ['linked', 'running'] -%}
select
    source_system,
    gl_line_id,
    flow,
    reversal_chain_id,
    currency,
    functional_currency,
    origin_type,
    origin_system,
    origin_id,
    amount,
    {% if source == 'linked' %}functional_amount
    {%- else -%}
    {{ running_part('line_functional', 'amount_to_here - amount', 'amount_to_here', 'line_amount') }} as functional_amount
    {%- endif %},
    quantity
from {{ source }}
{%- if source == 'linked' %}
where functional_amount is not null

union all

{% endif %}
{%- endfor %}
